import type { ByteRange } from '../../codecs/bytes/byte-range.ts'
import { equalsInConstantTime } from '../../codecs/constant-time.ts'
import { once } from '../../codecs/once.ts'
import { entryOf } from '../../codecs/table.ts'
import { createWebDigest } from '../../codecs/web-digest.ts'
import { GatewayError } from '../../errors.ts'
import type { ImageBytes } from '../../ports/images.ts'
import type { Services } from '../../ports/services.ts'
import { ALL_DRAWN, newDrawnKey } from './drawn-key.ts'
import { objectsOf } from './files.ts'

/** Seconds an address holds; as long as OpenAI's do. */
const ADDRESS_LIFETIME = 60 * 60

/** A picture behind one of our own addresses. */
interface KeptImage {
  id: string
  mediaType: string
  /** Bytes. */
  size: number
  open(range?: ByteRange): Promise<ReadableStream<Uint8Array>>
}

/** What an address carries to prove that it came from us. */
interface Proof {
  /** Unix seconds. */
  expires: number
  signature: string
}

type Place = Pick<Services, 'objects' | 'state' | 'config'>

/** Where pictures are kept whose address was asked for. */
export interface DrawnStore {
  /**
   * Keeps a picture and gives its address: one of the bucket's where that can make one, else what stands
   * behind the path of our own. Throws `feature-unavailable` where nothing can be kept.
   */
  keep(image: ImageBytes): Promise<{ url: string } | { id: string; proof: Proof }>
  /** Throws `not-found` for everything that is not there, no longer or not so. */
  find(id: string, proof: Proof): Promise<KeptImage>
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
}

export function drawnStore(
  place: Place,
  secret: () => Promise<string>,
  now: () => number = Date.now,
): DrawnStore {
  const sign = signer(secret)
  return {
    async keep(image) {
      const objects = objectsOf(place)
      const extension = entryOf(EXTENSIONS, image.mediaType) ?? 'png'
      const end = now() + ADDRESS_LIFETIME * 1000
      const id = newDrawnKey(end, extension)
      await objects.put(ALL_DRAWN + id.replace('-', '/'), image.bytes)
      if (objects.presign) {
        const asked = { method: 'GET', seconds: ADDRESS_LIFETIME, type: image.mediaType } as const
        return { url: await objects.presign(ALL_DRAWN + id.replace('-', '/'), asked) }
      }
      const expires = Math.floor(end / 1000)
      return { id, proof: { expires, signature: await sign(id, expires) } }
    },

    async find(id, { expires, signature }) {
      // Looked at before the store is asked: nobody finds out what there is by guessing.
      if (!Number.isSafeInteger(expires) || expires * 1000 <= now()) throw unknown()
      if (!equalsInConstantTime(await sign(id, expires), signature)) throw unknown()
      const objects = objectsOf(place)
      const key = ALL_DRAWN + id.replace('-', '/')
      const [found] = await objects.list(key, { limit: 1 })
      if (found?.key !== key) throw unknown()
      const extension = id.slice(id.lastIndexOf('.') + 1)
      const types = Object.entries(EXTENSIONS)
      return {
        id,
        mediaType: types.find(([, one]) => one === extension)?.[0] ?? 'image/png',
        size: found.size,
        async open(range) {
          const body = await objects.get(key, range)
          if (!body) throw unknown()
          return body
        },
      }
    },
  }
}

function signer(secret: () => Promise<string>) {
  const { hmacSha256, hex } = createWebDigest()
  return async (id: string, expires: number) =>
    hex(await hmacSha256(await secret(), `image ${id} ${expires}`))
}

const unknown = () =>
  new GatewayError('not-found', 'There is no such picture, or its address has expired.')

const COLLECTION = 'server-secrets'
const SECRET = 'image-urls'

/** The secret of addresses: the operator's, else one that is made once for all who share the state store. */
export function addressSecret({ config, state }: Place): () => Promise<string> {
  const read = async (): Promise<string> => {
    const kept = await state.get(COLLECTION, SECRET)
    if (kept) return kept.value
    const value = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('')
    const isOurs = await state.put(COLLECTION, { id: SECRET, value }, { ifVersion: 0 })
    return isOurs === undefined ? read() : value
  }
  return once(async () => config.IMAGE_URL_SECRET ?? (await read()))
}
