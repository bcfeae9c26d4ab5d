// An `import` of `node:http` reads every name of it, and one of those loads Node's own fetch.
export const { createServer, ServerResponse, STATUS_CODES } = process.getBuiltinModule('node:http')
