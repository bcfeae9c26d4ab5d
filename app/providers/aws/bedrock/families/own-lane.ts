import type { Config } from '../../../../config.ts'
import type { ClientSide } from '../../../../dialects/dialect.ts'
import type { ModelTraits } from '../../../../ports/models.ts'

/** A request in a family's own dialect, as JSON. */
export type Body = Readonly<Record<string, unknown>>

/** A body, and the caller's names of what it had to lose. */
export interface Fitted {
  body: Body
  ignored: readonly string[]
}

/** What the operator has to say about bodies. */
export type LanePolicy = Pick<Config, 'ANTHROPIC_BETA_FILTER' | 'ANTHROPIC_BETA_ALLOWLIST'>

/** The dialect that the models of a family speak themselves, by InvokeModel. */
export interface OwnLane {
  /** The name of the dialect; callers who speak it are answered by this lane. */
  dialect: string
  client: ClientSide
  /** Converse does not know these models, so everybody is answered by this lane. */
  alone?: true
  /** AWS counts the tokens of its models. */
  counted?: true
  /** What a model takes in this dialect otherwise than its family's table says, which is made for Converse. */
  traits?(base: string): Partial<ModelTraits> | undefined
  /** The body as Bedrock takes it for the model of this base id. */
  fit(body: Body, base: string, policy: LanePolicy): Fitted
  /** The body without what these words of AWS refuse; undefined when they name nothing that can go. */
  relent(body: Body, refusal: string): Fitted | undefined
}
