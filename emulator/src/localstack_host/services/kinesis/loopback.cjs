// Loaded before Kinesis's program, which asks for every address of the machine and no signature.
const { Server } = require('node:net')
const listen = Server.prototype.listen

Server.prototype.listen = function (options, ...rest) {
  if (typeof options === 'object' && options !== null) {
    return listen.call(this, { ...options, host: '127.0.0.1' }, ...rest)
  }
  const callback = rest.find((argument) => typeof argument === 'function')
  return listen.call(this, { port: options, host: '127.0.0.1' }, callback)
}
