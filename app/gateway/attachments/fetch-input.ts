import { decodeBase64 } from '../../codecs/bytes/base64.ts'
import type { MediaSource } from '../../conversation/conversation.ts'
import { amended, GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import type { FetchedFile } from '../../ports/web-fetch.ts'

/**
 * The bytes a JSON request names or holds, for routes that keep files. Stored files cannot be the source of new
 * ones. Whatever is wrong is blamed on `param`.
 */
export async function fetchInput(
  source: MediaSource,
  services: Pick<Services, 'config' | 'media'>,
  param: string,
): Promise<FetchedFile> {
  try {
    return await bytesOf(source, services)
  } catch (thrown) {
    throw thrown instanceof GatewayError ? amended(thrown, { param }) : thrown
  }
}

async function bytesOf(
  source: MediaSource,
  { config, media }: Pick<Services, 'config' | 'media'>,
): Promise<FetchedFile> {
  const timeout = config.INPUT_URL_TIMEOUT * 1000
  const signal = AbortSignal.timeout(timeout)
  const options = { maxBytes: config.MAX_INPUT_FILE_SIZE, timeout, signal }
  switch (source.kind) {
    case 'base64':
      return { bytes: decodeBase64(source.data) }
    case 'text':
      return { bytes: new TextEncoder().encode(source.text) }
    case 'url':
      if (media.web) return media.web(source.url, options)
      throw refused('URLs are not fetched here.')
    case 's3':
      if (media.s3) return media.s3(source.uri, options)
      throw refused('S3 is not read here: no AWS is configured.')
    case 'file':
      throw refused('This is a stored file already.')
  }
}

const refused = (message: string) =>
  new GatewayError('invalid-request', message, { reason: 'invalid_value' })
