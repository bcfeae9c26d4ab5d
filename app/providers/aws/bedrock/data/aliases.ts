/**
 * Names clients use, and the models that may answer to them, the best first: the first this account can use
 * in its regions is taken. Ids from ListFoundationModels of 31 regions, 2026-09-18, and of November 2026;
 * the choices are ours: a like size and price, not a promise of the same words.
 */

const NOVA_LITE = ['amazon.nova-2-lite-v1:0', 'amazon.nova-lite-v1:0']
const NOVA_PRO = ['amazon.nova-pro-v1:0', ...NOVA_LITE]
const NOVA_SMALL = ['amazon.nova-lite-v1:0', 'amazon.nova-2-lite-v1:0', 'amazon.nova-micro-v1:0']
const NOVA_MICRO = ['amazon.nova-micro-v1:0', 'amazon.nova-lite-v1:0']

const OPUS = [
  'anthropic.claude-opus-5-5',
  'anthropic.claude-opus-5',
  'anthropic.claude-opus-4-8',
  'anthropic.claude-opus-4-5-20251101-v1:0',
]
const SONNET = [
  'anthropic.claude-sonnet-5-5',
  'anthropic.claude-sonnet-5',
  'anthropic.claude-sonnet-4-6',
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
]
const HAIKU = ['anthropic.claude-haiku-5-5', 'anthropic.claude-haiku-4-5-20251001-v1:0']

/** OpenAI's own models where Bedrock has them, by size; then what comes near. */
const GPT_LARGE = ['openai.gpt-6-sol', 'openai.gpt-5.6-sol']
const GPT_MIDDLE = ['openai.gpt-6.1-terra', 'openai.gpt-5.6-terra']
const GPT_SMALL = ['openai.gpt-6-luna', 'openai.gpt-5.6-luna']
const OSS_LARGE = ['openai.gpt-oss-120b-1:0']
const OSS_SMALL = ['openai.gpt-oss-20b-1:0']

const FLAGSHIP = [...NOVA_PRO, ...SONNET, ...OSS_LARGE]
const SMALL = [...NOVA_SMALL, ...HAIKU, ...OSS_SMALL]
const TINY = [...NOVA_MICRO, ...OSS_SMALL]
const THINKER = [...OSS_LARGE, ...SONNET, ...NOVA_LITE]
const SMALL_THINKER = [...OSS_SMALL, ...OSS_LARGE, ...HAIKU, ...NOVA_LITE]
const FIFTH = [...GPT_LARGE, ...SONNET, ...OSS_LARGE, ...NOVA_PRO]
const FIFTH_SMALL = [...GPT_MIDDLE, ...HAIKU, ...NOVA_LITE, ...OSS_SMALL]
const FIFTH_TINY = [...GPT_SMALL, ...NOVA_MICRO, ...OSS_SMALL]

const TEXT_EMBEDDING = [
  'amazon.titan-embed-text-v2:0',
  'cohere.embed-v4:0',
  'cohere.embed-multilingual-v3',
  'amazon.nova-2-multimodal-embeddings-v1:0',
]
const LARGE_EMBEDDING = [
  'cohere.embed-v4:0',
  'amazon.nova-2-multimodal-embeddings-v1:0',
  ...TEXT_EMBEDDING,
]

const RERANK = ['cohere.rerank-v3-5:0', 'amazon.rerank-v1:0']

/** What draws of words comes first; what edits and varies, and takes masks, is found behind it by what it can do. */
const IMAGE = [
  'stability.stable-image-core-v1:1',
  'stability.sd3-5-large-v1:0',
  'stability.stable-image-ultra-v1:1',
  'stability.stable-image-inpaint-v1:0',
  'amazon.nova-canvas-v1:0',
  'amazon.titan-image-generator-v2:0',
]
const FINE_IMAGE = ['stability.stable-image-ultra-v1:1', 'stability.sd3-5-large-v1:0', ...IMAGE]

/** Polly and Transcribe, which are no models of Bedrock. */
const SPEECH = ['amazon.polly-neural', 'amazon.polly-standard']
const FINE_SPEECH = ['amazon.polly-generative', ...SPEECH]
const TRANSCRIPTION = ['amazon.transcribe', 'mistral.voxtral-small-24b-2507']

export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'gpt-4o': FLAGSHIP,
  'gpt-4o-2024-11-20': FLAGSHIP,
  'gpt-4o-2024-08-06': FLAGSHIP,
  'chatgpt-4o-latest': FLAGSHIP,
  'gpt-4o-mini': SMALL,
  'gpt-4o-mini-2024-07-18': SMALL,
  'gpt-4-turbo': FLAGSHIP,
  'gpt-4': FLAGSHIP,
  'gpt-3.5-turbo': SMALL,
  'gpt-4.1': FLAGSHIP,
  'gpt-4.1-mini': SMALL,
  'gpt-4.1-nano': TINY,
  'gpt-5': FIFTH,
  'gpt-5-chat-latest': FIFTH,
  'gpt-5-codex': FIFTH,
  'gpt-5-pro': [...GPT_LARGE, ...OPUS, ...FIFTH],
  'gpt-5-mini': FIFTH_SMALL,
  'gpt-5-nano': FIFTH_TINY,
  'gpt-5.1': FIFTH,
  'gpt-5.2': FIFTH,
  'gpt-5.4': ['openai.gpt-5.4', ...FIFTH],
  'gpt-5.5': ['openai.gpt-5.5', ...FIFTH],
  o1: THINKER,
  'o1-mini': SMALL_THINKER,
  'o1-pro': [...OPUS, ...THINKER],
  o3: THINKER,
  'o3-mini': SMALL_THINKER,
  'o3-pro': [...OPUS, ...THINKER],
  'o4-mini': SMALL_THINKER,
  'text-embedding-3-small': TEXT_EMBEDDING,
  'text-embedding-3-large': LARGE_EMBEDDING,
  'text-embedding-ada-002': TEXT_EMBEDDING,
  'embed-v4.0': ['cohere.embed-v4:0'],
  'embed-english-v3.0': ['cohere.embed-english-v3', 'cohere.embed-multilingual-v3'],
  'embed-multilingual-v3.0': ['cohere.embed-multilingual-v3'],
  'rerank-v3.5': RERANK,
  'rerank-english-v3.0': RERANK,
  'rerank-multilingual-v3.0': RERANK,
  'dall-e-2': IMAGE,
  'dall-e-3': IMAGE,
  'gpt-image-1': FINE_IMAGE,
  'gpt-image-1-mini': IMAGE,
  'gpt-image-1.5': FINE_IMAGE,
  'gpt-image-2': FINE_IMAGE,
  'chatgpt-image-latest': FINE_IMAGE,
  'tts-1': SPEECH,
  'tts-1-hd': FINE_SPEECH,
  'gpt-4o-mini-tts': FINE_SPEECH,
  'gpt-4o-mini-tts-2025-12-15': FINE_SPEECH,
  'gpt-transcribe': TRANSCRIPTION,
  'whisper-1': TRANSCRIPTION,
  'gpt-4o-transcribe': TRANSCRIPTION,
  'gpt-4o-mini-transcribe': TRANSCRIPTION,
  'gpt-4o-mini-transcribe-2025-12-15': TRANSCRIPTION,
  'gpt-4o-transcribe-diarize': ['amazon.transcribe'],
  'claude-opus-latest': OPUS,
  'claude-sonnet-latest': SONNET,
  'claude-haiku-latest': HAIKU,
  opus: OPUS,
  sonnet: SONNET,
  haiku: HAIKU,
  'claude-opus-5-5': ['anthropic.claude-opus-5-5'],
  'claude-sonnet-5-5': ['anthropic.claude-sonnet-5-5'],
  'claude-haiku-5-5': ['anthropic.claude-haiku-5-5'],
  'claude-opus-5': ['anthropic.claude-opus-5'],
  'claude-sonnet-5': ['anthropic.claude-sonnet-5'],
  'claude-opus-4-8': ['anthropic.claude-opus-4-8'],
  'claude-opus-4-7': ['anthropic.claude-opus-4-7'],
  'claude-opus-4-6': ['anthropic.claude-opus-4-6-v1'],
  'claude-sonnet-4-6': ['anthropic.claude-sonnet-4-6'],
  'claude-opus-4-5': ['anthropic.claude-opus-4-5-20251101-v1:0'],
  'claude-opus-4-5-20251101': ['anthropic.claude-opus-4-5-20251101-v1:0'],
  'claude-sonnet-4-5': ['anthropic.claude-sonnet-4-5-20250929-v1:0'],
  'claude-sonnet-4-5-20250929': ['anthropic.claude-sonnet-4-5-20250929-v1:0'],
  'claude-haiku-4-5': ['anthropic.claude-haiku-4-5-20251001-v1:0'],
  'claude-haiku-4-5-20251001': ['anthropic.claude-haiku-4-5-20251001-v1:0'],
  'claude-opus-4-1': ['anthropic.claude-opus-4-1-20250805-v1:0', ...OPUS],
  'claude-opus-4-1-20250805': ['anthropic.claude-opus-4-1-20250805-v1:0', ...OPUS],
  'claude-opus-4-0': OPUS.slice(1),
  'claude-opus-4-20250514': OPUS.slice(1),
  'claude-sonnet-4-0': ['anthropic.claude-sonnet-4-20250514-v1:0', ...SONNET.toReversed()],
  'claude-sonnet-4-20250514': ['anthropic.claude-sonnet-4-20250514-v1:0', ...SONNET.toReversed()],
  'claude-3-7-sonnet-latest': ['anthropic.claude-3-7-sonnet-20250219-v1:0', ...SONNET.toReversed()],
  'claude-3-7-sonnet-20250219': [
    'anthropic.claude-3-7-sonnet-20250219-v1:0',
    ...SONNET.toReversed(),
  ],
  'claude-3-5-sonnet-latest': SONNET.toReversed(),
  'claude-3-5-sonnet-20241022': [
    'anthropic.claude-3-5-sonnet-20241022-v2:0',
    ...SONNET.toReversed(),
  ],
  'claude-3-5-haiku-latest': HAIKU.toReversed(),
  'claude-3-5-haiku-20241022': ['anthropic.claude-3-5-haiku-20241022-v1:0', ...HAIKU.toReversed()],
  'claude-3-haiku-20240307': ['anthropic.claude-3-haiku-20240307-v1:0', ...HAIKU.toReversed()],
  'claude-3-opus-20240229': ['anthropic.claude-3-opus-20240229-v1:0', ...OPUS.slice(1)],
}
