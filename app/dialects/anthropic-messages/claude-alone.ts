import { isGranted } from './betas.ts'
import type { Marks } from './refusals.ts'
import type { WireRequest } from './wire.ts'

/** Fields that no other dialect can say and that change the answer. */
const FIELDS = [
  'container',
  'context_management',
  'compaction',
  'mcp_servers',
  'speed',
  'inference_geo',
  'billing_policy',
  'fallback_credit_token',
  'diagnostics',
] as const satisfies readonly (keyof WireRequest)[]

/** Of `output_config` these say something to every model. */
const OUTPUT_FIELDS: ReadonlySet<string> = new Set(['effort', 'format'])

/** The same of tools. */
export const TOOL_FIELDS = [
  'defer_loading',
  'eager_input_streaming',
  'input_examples',
  'allowed_callers',
] as const

/** What of a request means nothing to models that are asked in another dialect, by the caller's names. */
export function claudeAlone(
  request: WireRequest,
  betas: readonly string[],
  marks: Marks,
): string[] {
  const names: string[] = FIELDS.filter((field) => request[field] != null)
  const { output_config: output } = request
  for (const field in output) {
    if (!OUTPUT_FIELDS.has(field) && output[field] != null) names.push(`output_config.${field}`)
  }
  for (const tool of request.tools ?? []) {
    for (const field of TOOL_FIELDS) {
      if (asksFor(tool[field])) names.push(`tools.${field}`)
    }
  }
  if (hasPictures(request)) names.push('document.source.content.image')
  if (marks.scoped) names.push('cache_control.scope')
  for (const flag of betas) {
    if (!isGranted(flag)) names.push(`anthropic_beta.${flag}`)
  }
  return names.length > 1 ? [...new Set(names)] : names
}

/** Of a document made of blocks others read the words. */
const hasPictures = ({ messages }: WireRequest): boolean =>
  messages.some(
    ({ content }) =>
      typeof content !== 'string' &&
      content.some(({ type, source }) => type === 'document' && isPictured(source)),
  )

function isPictured(source: unknown): boolean {
  const { content } = Object(source) as { content?: unknown }
  return Array.isArray(content) && content.some(({ type }) => type !== 'text')
}

const asksFor = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : Boolean(value)
