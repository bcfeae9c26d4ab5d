import { ALPHA_HEAD, mayBeTransparent } from './image-alpha.ts'
import { type ImageSize, imageSize } from './image-size.ts'

/** What the head of a picture tells. */
export interface ImageHead extends ImageSize {
  /** It may have transparent pixels. */
  alpha: boolean
}

/** Bytes in which the heads of nearly all pictures are whole; some JPEGs have long ones. */
export const HEAD = 64 * 1024
export const LONGEST_HEAD = 1024 * 1024

/** Undefined for what is no PNG, JPEG, GIF or WebP, or whose head is cut. */
export function imageHead(bytes: Uint8Array): ImageHead | undefined {
  const size = imageSize(bytes)
  return size && { ...size, alpha: mayBeTransparent(bytes.subarray(0, ALPHA_HEAD)) }
}
