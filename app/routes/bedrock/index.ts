import { bedrockConverse } from '../../dialects/bedrock-converse/index.ts'
import type { Surface } from '../../http/surface.ts'
import { converse, converseStream } from './converse.ts'
import { countTokens } from './count-tokens.ts'
import { invokeModel, invokeModelStream } from './invoke.ts'

/** Bedrock Runtime's own API, for AWS's clients. */
export const bedrockSurface: Surface = {
  name: 'bedrock',
  prefixes: ['/model/'],
  voice: bedrockConverse.server,
  endpoints: [converse, converseStream, invokeModel, invokeModelStream, countTokens],
}
