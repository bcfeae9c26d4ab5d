import type { Conversation } from '../conversation/conversation.ts'
import type { Reply, ReplyBatch } from '../conversation/events.ts'
import type { AudioStaging } from './audio-staging.ts'
import type { Call, Served } from './call.ts'
import type { AwsIdentity } from './caller.ts'
import type { EmbeddingModel } from './embeddings.ts'
import type { Guard } from './guard.ts'
import type { ImageAbility, ImageModel } from './images.ts'
import type { Judge } from './judge.ts'
import type { NativeModel } from './native.ts'
import type { RerankModel } from './reranking.ts'
import type { SpeechModel } from './speech.ts'
import type { TranscriptionModel } from './transcription.ts'

export type Modality = 'text' | 'image' | 'document' | 'audio' | 'video' | 'embedding' | 'reranking'

/** What is known of a model: enough to list it, and to ask it only for what it can do. */
export interface ModelCard {
  /** The id callers may use and upstreams understand. */
  id: string
  name?: string
  /** Who serves it: the provider's name (`embedded`). */
  provider: string
  /** Who made it; OpenAI's `owned_by`. */
  owner: string
  /** Unix seconds; 0 when unknown. */
  created: number
  input: Modality[]
  output: Modality[]
  streaming: boolean
  tools?: boolean
  /** Tokens. */
  contextWindow?: number
  maxOutput?: number
  /** Its provider is about to retire it. */
  legacy?: boolean
  /** Asking it costs nothing. */
  free?: boolean
  /** What it can be asked to draw; absent where that is not known, or it draws nothing. */
  draws?: readonly ImageAbility[]
  /**
   * Ids of the models it leads to, where it is a profile, an ARN or the like; `unknown` where nobody can tell.
   * Absent for what is a model itself. A caller who may not ask one of these may not ask it either.
   */
  leadsTo?: readonly string[] | 'unknown'
  /** What the model takes, by the provider's own family tables; dialects on the client side read it. */
  traits: ModelTraits
  /** Additive members for the listing: regions, profiles, lifecycle. */
  listing?: Record<string, unknown>
  /** Its entry in the provider's own list, by region. */
  summaries?: ReadonlyMap<string, object>
}

/** Which knobs a model honours. Absent means yes for booleans, unlimited for numbers. */
export interface ModelTraits {
  /** Settings the model refuses; they are dropped visibly. */
  unsupported?: readonly string[]
  systemPrompt?: boolean
  /** Whether the conversation may end with the assistant's words. */
  prefill?: boolean
  tools?: boolean
  /** Which tool choices it takes beside `auto`. */
  toolChoices?: readonly ('required' | 'tool')[]
  /** Forced tool choice together with thinking. */
  forcedToolWithReasoning?: boolean
  temperatureWithTopP?: boolean
  images?: boolean
  documents?: boolean
  video?: boolean
  audio?: boolean
  /** Bytes of one attachment that a request may carry, where they differ from Bedrock's; `false` is no limit. */
  inlineLimits?: Partial<Record<'image' | 'document' | 'video' | 'audio', number>> | false
  /** Which kinds of attachment it reads from S3 by itself. */
  s3?: readonly ('image' | 'document' | 'video' | 'audio')[]
  /** Which kinds it fetches from public URLs by itself. */
  urls?: readonly ('image' | 'document' | 'video' | 'audio')[]
  /** `tools`: also behind tools. `wordsOnly`: in messages behind text alone, and not in those with calls or results. */
  cachePoints?:
    | { max: number; ttls: readonly ('5m' | '1h')[]; tools: boolean; wordsOnly?: true }
    | false
  serviceTiers?: readonly string[] | false
  latencyOptimized?: boolean
  maxStopSequences?: number
  /** Sent when the caller names no limit; T29. */
  defaultMaxTokens?: number
  maxOutputTokens?: number
  /** Native structured output; unlike its neighbours, absent means no. */
  structuredOutput?: boolean
  /** Its answers have the form that was asked for without anybody's help. */
  keepsForm?: boolean
  /** Whether function tools may be marked `strict`. */
  strictTools?: boolean
  /** Tools the platform runs for this model (`nova_grounding`) or its maker defined (`bash`); absent means any. */
  systemTools?: readonly string[]
  /** The current types of its maker's tools by their names, where they are not those of most models. */
  toolKinds?: Readonly<Record<string, string>>
  /** Flags of its maker's betas that it takes; absent means any, `false` none whatsoever. */
  betas?: readonly string[] | false
  /** The tool among them by which it searches the web; absent means it cannot. */
  webSearch?: string
  /** The tool among them by which it runs code; absent means it cannot. */
  codeExecution?: string
  /** Whether a guardrail can be applied to its answers; unlike its neighbours, absent means no. */
  guardrails?: boolean
  /** Which attachments a tool result may hold; the others follow it in the user's turn. */
  toolResultMedia?: readonly ('image' | 'document' | 'video')[]
  /** Exact length of tool call ids, which are then alphanumeric. */
  toolCallIdLength?: number
  /** Whether system turns may stand between the others; absent means no, they are folded into the system prompt. */
  systemTurns?: boolean
  /** Does not know the role `developer`. */
  systemRoleOnly?: boolean
  /** Gives `stop` as the reason of answers that end in calls, where others say `tool_calls`. */
  stopsAtCalls?: boolean
  /** Whether it seals its thoughts and takes them back; absent means yes, where it thinks. */
  sealsThoughts?: boolean
  /** Must get its thoughts back even though they are not sealed. */
  plainThoughts?: boolean
  /** The turns of who speaks the model's own dialect are mended too; absent means they go out as they came. */
  mendedTurns?: boolean
  /** The name of the way this model is asked to think; the provider's families define them. */
  reasoning?: string
  /**
   * Where settings go that the wire has no common place for: setting -> path of the model's own field
   * (`top_k`, `inferenceConfig.topK`); a leading `!` sends the opposite of a boolean.
   */
  nativeSettings?: Readonly<Record<string, string>>
  /** Whether texts may be sent as OpenAI's tokens; unlike its neighbours, absent means no. */
  tokenArrays?: boolean
  /** Whether unknown request fields may be passed on to it. */
  extraFields?: boolean
}

/** Events in batches, one upstream read each. `undefined` after the last. Throws `GatewayError`. */
export interface ReplyStream {
  read(): Promise<ReplyBatch | undefined>
  /** Stops the upstream at once; `read` then never resolves with events. Harmless when it has ended. */
  cancel(): void
}

export interface ChatModel {
  reply(conversation: Conversation, call: Call): Promise<{ reply: Reply; served: Served }>
  /** Resolves when the upstream has accepted and begun: until then an error is still an HTTP error. */
  stream(conversation: Conversation, call: Call): Promise<{ events: ReplyStream; served: Served }>
  /** Tokens the model would read, as it counts them; undefined when it cannot be asked. */
  count?(conversation: Conversation, call: Call): Promise<number | undefined>
}

export interface FoundModel {
  card: ModelCard
  chat?: ChatModel
  /** The id by which other services of the same platform ask it in a region; undefined where it may not be asked. */
  idIn?(region: string, as?: AwsIdentity): Promise<string | undefined>
  /** By dialect: the same model asked in that dialect itself, where nothing is lost to callers who speak it. */
  lanes?: Readonly<Record<string, ChatModel>>
  embeddings?: EmbeddingModel
  reranking?: RerankModel
  images?: ImageModel
  speech?: SpeechModel
  transcription?: TranscriptionModel
  /** Asked in its maker's words; where its name hides what it does, told when that has been looked up. */
  native?: NativeModel | (() => Promise<NativeModel | undefined>)
  /**
   * Absent for a model that is known and can be asked. `unlisted`: its name has the right form, and nobody
   * has listed it. `unreachable`: it exists, and the configuration leaves no place to ask it. `any-name`:
   * this provider answers to every name.
   */
  standing?: 'unlisted' | 'unreachable' | 'any-name'
}

export interface FindOptions {
  /** The name stands in our configuration, so what only callers may not name is found. */
  configured?: boolean
  /** The caller has named this provider, which may know more names than it lists. */
  chosen?: boolean
}

/** Other names that lead to a provider's models. */
export interface ModelNames {
  /** Name -> ids, the best first; the first that can be asked is taken. */
  aliases: ReadonlyMap<string, readonly string[]>
  /** Id of a retired model -> the one to ask instead. */
  successors: ReadonlyMap<string, string>
  /** The same for any form of an id. */
  successorOf(name: string): string | undefined
  /** Whether the operator has said so himself; what is built in may be out of date. */
  isRetired?(name: string): boolean
  /** Whether a successor answers at once; otherwise callers are only told of it. */
  followsSuccessors: boolean
}

/** What is known of a provider by its last answers; nobody is asked for it. */
export interface ProviderHealth {
  /** `unknown` until it has been asked for anything. */
  status: 'available' | 'unavailable' | 'unknown'
  /** Unix milliseconds of that answer. */
  checkedAt?: number
  /** A sentence for the operator, without secrets. */
  reason?: string
}

/** Somebody to call. */
export interface Provider {
  name: string
  /** Nobody is paid for what it answers. */
  free?: boolean
  health?(): ProviderHealth
  /** Where recordings may lie so that its models read them there. */
  staging?: AudioStaging
  /** Judges what goes to models that no guardrail can be applied to, whoever serves them. */
  guard?: Guard
  /** Applies guardrails to what callers ask it to judge, whether a model is asked or not. */
  judge?: Judge
  /** Scheme, host and port that are asked, for traces: in a region, where it has them. */
  originIn?(region: string | undefined): string | undefined
  /** What an operator would have to set for a name that nobody knows, as a sentence for its 404. */
  hint?(name: string): string | undefined
  /** What callers may ask for. */
  list(): Promise<ModelCard[]>
  /**
   * The model of exactly this name, or undefined. Must not need the catalogue for an id it can call. Throws
   * `GatewayError` for a name that callers may not use.
   */
  find(
    name: string,
    options?: FindOptions,
  ): Promise<FoundModel | undefined> | FoundModel | undefined
  /** By what is known now. */
  names?(): ModelNames
}
