import { meanDirection } from '../../../../codecs/vectors.ts'
import { GatewayError } from '../../../../errors.ts'
import type { EmbeddedInput } from '../../../../ports/embeddings.ts'
import { parseReply } from '../answers.ts'
import { fieldsOf, isVector } from './embedder.ts'

/**
 * A job's folder holds its vectors by modality, one to a line (Nova user guide, embeddings-schema):
 * `embedding-text.jsonl`, `embedding-video.jsonl`, `embedding-image.json`.
 */
export const novaJobFiles = (names: readonly string[]) =>
  names.filter((name) => /(^|\/)embedding-[a-z-]+\.jsonl?$/.test(name))

/** Every segment that could be embedded; the vector of the whole is their mean. */
export function novaJobVectors(files: readonly string[]): EmbeddedInput {
  const failures: string[] = []
  const segments = files.flatMap(linesOf).flatMap((line) => {
    const { embedding, segmentMetadata, status, message, failureReason } = fieldsOf(line)
    if (isVector(embedding)) return [{ vector: embedding, about: fieldsOf(segmentMetadata) }]
    failures.push(String(message ?? failureReason ?? status))
    return []
  })
  if (segments.length === 0) {
    const why = failures[0] === undefined ? '' : `: ${failures[0]}`
    throw new GatewayError('invalid-request', `Nothing of the input could be embedded${why}.`)
  }
  return { vector: meanDirection(segments.map(({ vector }) => vector)), segments }
}

function linesOf(file: string): unknown[] {
  const lines = file.split('\n').filter((line) => line.trim() !== '')
  try {
    return lines.map((line) => JSON.parse(line))
  } catch {
    // A file of one object may be laid out over several lines.
    return [parseReply(file)]
  }
}
