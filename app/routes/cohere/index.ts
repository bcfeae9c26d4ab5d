import type { Surface } from '../../http/surface.ts'
import { embed1, embed2 } from './embed.ts'
import { cohereVoice } from './errors.ts'
import { rerank1, rerank2 } from './rerank.ts'

/** Cohere's API, as far as it is about vectors and order. */
export const cohereSurface: Surface = {
  name: 'cohere',
  prefixes: ['/cohere/'],
  voice: cohereVoice,
  endpoints: [embed2, embed1, rerank2, rerank1],
}
