import type { Modality } from '../../../../ports/models.ts'

/** A model that AWS serves in OpenAI's own language at bedrock-mantle and nowhere else. */
export interface MantleModel {
  /** What stands before the path of an operation; another is answered 400 "isn't supported on this route". */
  base: '/v1' | '/openai/v1'
  api: 'chat' | 'responses'
  input: readonly Modality[]
  /** Tokens. */
  contextWindow: number
  maxOutput: number
  regions: readonly string[]
}

const AMERICA = ['us-east-1', 'us-east-2', 'us-west-2'] as const
const FEW = ['eu-central-1', ...AMERICA] as const
const MANY = [
  'ap-northeast-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'eu-north-1',
  'eu-west-2',
  'sa-east-1',
  ...AMERICA,
] as const
const MOST = [...MANY, 'eu-central-1', 'eu-south-1', 'eu-west-1'] as const

const TEXT: readonly Modality[] = ['text']
const TEXT_IMAGE: readonly Modality[] = ['text', 'image']

function chat(
  regions: readonly string[],
  input: readonly Modality[],
  [contextWindow, maxOutput]: readonly [number, number],
): MantleModel {
  return { base: '/v1', api: 'chat', regions, input, contextWindow, maxOutput }
}

function responses(regions: readonly string[]): MantleModel {
  return {
    base: '/openai/v1',
    api: 'responses',
    regions,
    input: TEXT_IMAGE,
    contextWindow: 1_050_000,
    maxOutput: 128_000,
  }
}

/**
 * Models by id. Ids, regions, modalities and windows: the model catalogue of stdapi.ai, which is made from
 * AWS's listings and model cards of 31 regions, 2026-09-18, restated. The base of the path: recorded for GPT
 * 5.6 and gpt-oss 120B (pydantic-ai's cassettes), and by AWS's words that most models stand below /v1. That
 * GPT 5.4 and 5.5 speak Responses alone: swift-bedrock-library, pull request 87.
 */
export const MANTLE_MODELS: Readonly<Record<string, MantleModel>> = {
  'deepseek.v3.1': chat(MANY, TEXT, [128_000, 8192]),
  'google.gemma-4-26b-a4b': chat(FEW, TEXT_IMAGE, [256_000, 32_768]),
  'google.gemma-4-31b': chat(FEW, TEXT_IMAGE, [256_000, 32_768]),
  'google.gemma-4-e2b': chat(FEW, TEXT_IMAGE, [128_000, 8192]),
  'moonshotai.kimi-k2-thinking': chat(MANY, TEXT, [256_000, 16_384]),
  'openai.gpt-5.4': responses(AMERICA),
  'openai.gpt-5.4-2026-03-05': responses(AMERICA),
  'openai.gpt-5.5': responses(AMERICA.slice(0, 2)),
  'openai.gpt-5.5-2026-04-23': responses(AMERICA.slice(0, 2)),
  'openai.gpt-oss-120b': chat(MOST, TEXT, [131_072, 16_000]),
  'openai.gpt-oss-20b': chat(MOST, TEXT, [131_072, 16_000]),
  'qwen.qwen3-235b-a22b-2507': chat(MOST, TEXT, [262_144, 8192]),
  'qwen.qwen3-32b': chat(MOST, TEXT, [32_768, 8192]),
  'qwen.qwen3-coder-30b-a3b-instruct': chat(MOST, TEXT, [262_144, 16_384]),
  'qwen.qwen3-coder-480b-a35b-instruct': chat(MANY, TEXT, [131_072, 16_384]),
  'qwen.qwen3-next-80b-a3b-instruct': chat(MOST, TEXT, [262_144, 8192]),
  'qwen.qwen3-vl-235b-a22b-instruct': chat(MOST, TEXT_IMAGE, [262_144, 8192]),
  'xai.grok-4.3': chat(AMERICA, TEXT_IMAGE, [1_000_000, 131_072]),
  'zai.glm-4.6': chat(MOST, TEXT, [200_000, 131_072]),
}

/** What models of bedrock-runtime are called at bedrock-mantle, where it is not the same. Source as above. */
export const MANTLE_NAMES: Readonly<Record<string, string>> = {
  'openai.gpt-oss-120b-1:0': 'openai.gpt-oss-120b',
  'openai.gpt-oss-20b-1:0': 'openai.gpt-oss-20b',
  'qwen.qwen3-235b-a22b-2507-v1:0': 'qwen.qwen3-235b-a22b-2507',
  'qwen.qwen3-32b-v1:0': 'qwen.qwen3-32b',
  'qwen.qwen3-coder-30b-a3b-v1:0': 'qwen.qwen3-coder-30b-a3b-instruct',
  'qwen.qwen3-coder-480b-a35b-v1:0': 'qwen.qwen3-coder-480b-a35b-instruct',
  'qwen.qwen3-next-80b-a3b': 'qwen.qwen3-next-80b-a3b-instruct',
  'qwen.qwen3-vl-235b-a22b': 'qwen.qwen3-vl-235b-a22b-instruct',
}

/**
 * Beginnings of the ids that bedrock-runtime takes at `/openai/v1/chat/completions` as well: those with
 * ChatCompletions among the APIs of their model card. Source as above, and 2026-09-29.
 */
export const RUNTIME_CHAT: readonly string[] = [
  'deepseek.v3',
  'google.gemma-3',
  'minimax.',
  'mistral.devstral-2',
  'mistral.magistral-small-2509',
  'mistral.ministral-3',
  'mistral.mistral-large-3',
  'mistral.voxtral-',
  'moonshot.kimi-k2',
  'moonshotai.kimi-k2.5',
  'moonshotai.kimi-k3',
  'nvidia.nemotron-',
  'openai.',
  'qwen.qwen3-',
  'writer.palmyra-vision-7b',
  'xai.grok-4.6',
  'zai.glm-4.7',
  'zai.glm-5',
]
