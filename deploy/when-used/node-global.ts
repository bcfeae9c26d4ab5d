const node = globalThis

type Name = 'Headers' | 'Request' | 'Response'
type Constructor = new (...parameters: unknown[]) => object

/**
 * Milliseconds after which Node's fetch is loaded all the same. A server under load that never loaded it lets a part of what dies
 * young grow old (1.7 of every 25 MB, Node 24.21), which costs a tenth of its CPU; nobody has found out why.
 */
const LATEST = 1000
setTimeout(() => node.Headers, LATEST).unref()

const STATICS: Record<Name, readonly string[]> = {
  Headers: [],
  Request: [],
  Response: ['error', 'json', 'redirect'],
}

/**
 * Stands for `global` in the bundled server, and for the classes in it that Node loads its own fetch for, which takes a tenth
 * of a start: those here load it when the first object is made. Most answers need none; the HTTP adapter has light classes
 * of its own, which only inherit from these. What the adapter puts in their place is put here.
 */
export const nodeGlobal: typeof globalThis = Object.create(node, {
  Headers: { value: whenUsed('Headers'), writable: true, configurable: true },
  Request: { value: whenUsed('Request'), writable: true, configurable: true },
  Response: { value: whenUsed('Response'), writable: true, configurable: true },
})

/** A class that is the platform's as soon as it is used. */
function whenUsed(name: Name): Constructor {
  let loaded: Constructor | undefined
  const load = (): Constructor => {
    if (loaded) return loaded
    loaded = node[name] as Constructor
    Object.setPrototypeOf(standIn.prototype, loaded.prototype)
    Object.setPrototypeOf(standIn, loaded)
    return loaded
  }
  const standIn = function (...parameters: unknown[]): object {
    const platform = load()
    const wanted = new.target as unknown as Constructor
    return Reflect.construct(platform, parameters, wanted === standIn ? platform : wanted)
  } as unknown as Constructor
  const isOf = (prototype: object, value: object) =>
    Object.prototype.isPrototypeOf.call(prototype, value)
  Object.defineProperties(standIn, {
    name: { value: name },
    [Symbol.hasInstance]: {
      value(value: { [Symbol.toStringTag]?: string } | null | undefined): boolean {
        if (value === null || typeof value !== 'object') return false
        if (isOf(standIn.prototype, value)) return true
        // So is marked what the platform made itself, for an answer of its `fetch`.
        return value[Symbol.toStringTag] === name && isOf(load().prototype, value)
      },
    },
  })
  for (const own of STATICS[name]) {
    Object.defineProperty(standIn, own, {
      configurable: true,
      get: () => Reflect.get(load(), own),
    })
  }
  return standIn
}
