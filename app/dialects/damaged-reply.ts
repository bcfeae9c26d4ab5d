import { GatewayError } from '../errors.ts'
import type { ClientSide, ReplyDecoder } from './dialect.ts'

/**
 * The same, but what a decoder trips over is `upstream`: answers are narrowed, not checked, so one that no
 * vendor writes ends where its first odd member is read, and that is no fault of ours.
 */
export function blamingUpstream(client: ClientSide): ClientSide {
  return {
    ...client,
    decodeReply(body, undo) {
      try {
        return client.decodeReply(body, undo)
      } catch (thrown) {
        throw asDamage(thrown)
      }
    },
    replyDecoder: (undo) => decoderBlamingUpstream(client.replyDecoder(undo)),
  }
}

function decoderBlamingUpstream(decoder: ReplyDecoder): ReplyDecoder {
  return {
    read(bytes) {
      try {
        return decoder.read(bytes)
      } catch (thrown) {
        throw asDamage(thrown)
      }
    },
    failure() {
      const failure = decoder.failure?.()
      return failure === undefined ? undefined : asDamage(failure)
    },
    end() {
      try {
        return decoder.end()
      } catch (thrown) {
        throw asDamage(thrown)
      }
    },
  }
}

function asDamage(thrown: unknown): GatewayError {
  return thrown instanceof GatewayError ? thrown : damage(thrown)
}

/** What cannot be read of an answer. */
export function damage(cause?: unknown): GatewayError {
  return new GatewayError('upstream', 'The answer arrived damaged. Retry the request.', { cause })
}
