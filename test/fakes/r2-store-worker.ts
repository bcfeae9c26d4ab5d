import { createR2ObjectStore, type R2Bucket } from '../../runtimes/stores/r2-object-store.ts'

/** A Worker that does by HTTP what its store of objects is asked. */
export default {
  async fetch(request: Request, { FILES }: { FILES: R2Bucket }): Promise<Response> {
    const store = createR2ObjectStore(FILES)
    const { pathname, searchParams } = new URL(request.url)
    const { key = '', ...asked } = JSON.parse(searchParams.get('asked') ?? '{}')
    try {
      switch (pathname) {
        case '/put': {
          const body = asked.whole ? new Uint8Array(await request.arrayBuffer()) : request.body
          const stored = await store.put(key, body ?? new Uint8Array(), asked.options)
          return Response.json(stored ?? null)
        }
        case '/get': {
          const body = await store.get(key, asked.range)
          return body ? new Response(body) : new Response(null, { status: 404 })
        }
        case '/delete':
          await store.delete(key)
          return Response.json(null)
        case '/list':
          return Response.json(await store.list(asked.prefix, asked.options))
        default:
          return Response.json(await store.join(key, asked.sources))
      }
    } catch (thrown) {
      return new Response(String(thrown), { status: 500 })
    }
  },
}
