import { entryOf } from '../codecs/table.ts'

/** Values with which a caller asks for nothing special. */
const IDLE: Readonly<Record<string, unknown>> = {
  frequencyPenalty: 0,
  presencePenalty: 0,
  logprobs: false,
  topLogprobs: 0,
  verbosity: 'medium',
  latency: 'standard',
}

/** Whether a setting may be left out unnamed: who set it so wanted what happens anyway. */
export const isIdle = (setting: string, value: unknown): boolean =>
  value === undefined || entryOf(IDLE, setting) === value
