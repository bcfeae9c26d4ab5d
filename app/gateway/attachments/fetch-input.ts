import { decodeBase64 } from '../../codecs/bytes/base64.ts'
import type { LocatedSource } from '../../dialects/media-location.ts'
import { amended, GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import type { FetchedFile } from '../../ports/web-fetch.ts'

type Reading = Pick<Services, 'config' | 'media'>

/**
 * The bytes a JSON request names or holds, for routes that keep files. Stored files cannot be the source of new
 * ones. Whatever is wrong is blamed on `param`.
 */
export async function fetchInput(
  source: LocatedSource,
  services: Reading,
  param: string,
): Promise<FetchedFile> {
  try {
    if (source.kind === 'file') throw refused('This is a stored file already.')
    return await bytesOf(source, services, { refused })
  } catch (thrown) {
    throw thrown instanceof GatewayError ? amended(thrown, { param }) : thrown
  }
}

const refused = (message: string) =>
  new GatewayError('invalid-request', message, { reason: 'invalid_value' })

interface Manner {
  /** For places that are not read here. */
  refused(message: string): GatewayError
  signal?: AbortSignal
}

/** The bytes of what is no stored file. */
export async function bytesOf(
  source: Exclude<LocatedSource, { kind: 'file' }>,
  { config, media }: Reading,
  { refused, signal: left }: Manner,
): Promise<FetchedFile> {
  const timeout = config.INPUT_URL_TIMEOUT * 1000
  const signal = left ?? AbortSignal.timeout(timeout)
  const options = { maxBytes: config.MAX_INPUT_FILE_SIZE, timeout, signal }
  switch (source.kind) {
    case 'base64':
      return { bytes: decodeBase64(source.data) }
    case 'url':
      if (media.web) return media.web(source.url, options)
      throw refused('URLs are not fetched here.')
    case 's3':
      if (media.s3) return media.s3(source.uri, options)
      throw refused('S3 is not read here: no AWS is configured.')
  }
}
