/** The class as the platform has it: the server puts a lighter one in its place, whose answers it sends itself. */
const PlatformResponse = globalThis.Response

let told: Response | undefined

/** Tells the server that an answer was written by hand. Made when first needed, for Node loads its fetch for it. */
export const alreadySent = (): Response =>
  (told ??= new PlatformResponse(null, { headers: { 'x-hono-already-sent': 'true' } }))
