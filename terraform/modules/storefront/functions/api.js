// The page asks for /api/orders, and the API calls it /orders.
function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\/api(?=\/)/, "");
  return request;
}
