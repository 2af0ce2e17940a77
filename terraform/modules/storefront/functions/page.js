// The page is at / and nowhere else: its files are named relative to it, and the sign-in knows one
// address. A path whose last part names no file leads there.
function handler(event) {
  var request = event.request;
  if (request.uri === "/" || request.uri.split("/").pop().indexOf(".") !== -1) {
    return request;
  }
  return { statusCode: 302, statusDescription: "Found", headers: { location: { value: "/" } } };
}
