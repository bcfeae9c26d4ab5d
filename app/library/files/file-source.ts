import { GatewayError } from '../../errors.ts'
import type { MediaSources } from '../../ports/media-sources.ts'
import type { Services } from '../../ports/services.ts'
import { contentKey } from './file-key.ts'
import { storedFiles } from './files.ts'

type FileSources = Pick<MediaSources, 'file' | 'locate'>
type Place = Pick<Services, 'objects'>

/** Stored files as attachments of requests. */
export function fileSources(place: Place): FileSources {
  return { file: reading(place), locate: locating(place) }
}

function reading(place: Place): NonNullable<FileSources['file']> {
  return async (id, owner, { maxBytes }) => {
    const files = storedFiles(place, owner)
    const file = await files.find(id).catch(unplaced)
    if (file.size > maxBytes) {
      throw new GatewayError(
        'too-large',
        `The file ${id} has ${file.size} bytes; ${maxBytes} are read for a request at most.`,
      )
    }
    const body = await files.open(file).catch(unplaced)
    const bytes = new Uint8Array(await new Response(body).arrayBuffer())
    return { bytes, mediaType: file.mediaType, name: file.name }
  }
}

/** Undefined where no model can reach what is kept. */
function locating({ objects }: Place): FileSources['locate'] {
  const address = objects?.address
  if (!address) return undefined
  return async (spoken, owner) => {
    const file = await storedFiles({ objects }, owner).find(spoken).catch(unplaced)
    const { id, size, mediaType, name } = file
    return { uri: address(contentKey(owner, id)), size, mediaType, name }
  }
}

/** The place of the id is another in every request that names one. */
function unplaced(thrown: unknown): never {
  if (!(thrown instanceof GatewayError)) throw thrown
  throw new GatewayError(thrown.code, thrown.message, { cause: thrown.cause })
}
