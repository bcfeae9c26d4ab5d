const http2 = () => process.getBuiltinModule('node:http2')

/** Stands for the class where a request is asked whether it is of it, as each one is. */
export const Http2ServerRequest = {
  [Symbol.hasInstance]: (value: { httpVersionMajor?: number }) =>
    value.httpVersionMajor === 2 && value instanceof http2().Http2ServerRequest,
}

type Constants = ReturnType<typeof http2>['constants']

export const constants = new Proxy({} as Constants, {
  get: (_, name) => http2().constants[name as keyof Constants],
})
