import type { AwsIdentity } from './caller.ts'

/** What accompanies one call to a model. */
export interface Call {
  requestId: string
  /** Fires when the caller leaves or a deadline passes. */
  signal: AbortSignal
  /** As whom AWS is to be asked, where the caller is not asked for as ourselves. */
  as?: AwsIdentity
  /** Headers by which the upstream joins the caller's trace: `traceparent`, `tracestate`. */
  trace?: Readonly<Record<string, string>>
}

/** One question to one place of an upstream, and how it ended; for the log. */
export interface Attempt {
  region: string
  /** The id that was asked there. */
  model: string
  /** `answered`, or the code of the error. */
  outcome: string
  /** Until it began to answer or failed. */
  milliseconds: number
}

/** Who answered; shown in headers and in the log. */
export interface Served {
  provider: string
  /** The id that was really asked: profile, ARN. */
  model: string
  region?: string
  attempts: number
  /** Every place that was asked, where there was more than one. */
  tried?: readonly Attempt[]
  /** Settings that could not be honoured: keys of `Settings`, or the caller's own names. */
  ignored: string[]
}
