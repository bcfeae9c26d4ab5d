import { bedrockConverse } from '../../dialects/bedrock-converse/index.ts'
import type { Surface } from '../../http/surface.ts'
import { applyGuardrail } from './apply-guardrail.ts'
import {
  getFoundationModel,
  getInferenceProfile,
  listFoundationModels,
  listInferenceProfiles,
} from './catalogue.ts'
import { converse, converseStream } from './converse.ts'
import { countTokens } from './count-tokens.ts'
import { invokeModel, invokeModelStream } from './invoke.ts'
import { rerankSources } from './rerank.ts'

/** Bedrock Runtime's own API, for AWS's clients, and the one operation of its agents that is about a model alone. */
export const bedrockSurface: Surface = {
  name: 'bedrock',
  // Of the last two nothing is served; AWS's clients are told so in AWS's way.
  prefixes: [
    '/model/',
    '/guardrail/',
    '/rerank',
    '/foundation-model',
    '/inference-profiles',
    '/guardrail-checks/',
    '/async-invoke',
  ],
  voice: bedrockConverse.server,
  signed: true,
  endpoints: [
    converse,
    converseStream,
    invokeModel,
    invokeModelStream,
    countTokens,
    applyGuardrail,
    rerankSources,
    listFoundationModels,
    getFoundationModel,
    listInferenceProfiles,
    getInferenceProfile,
  ],
}
