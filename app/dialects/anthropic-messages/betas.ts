/** What a model's lane and a request's body need of Anthropic's beta flags; nothing is filtered here. */

/**
 * Flags that ask for what there is without one, with every model or with those that have it at all, or for
 * what this gateway does itself. Nothing is lost where they go unsaid.
 */
const GRANTED: ReadonlySet<string> = new Set([
  'message-threads-2026-08-12',
  'files-api-2025-04-14',
  'token-counting-2024-11-01',
  'prompt-caching-2024-07-31',
  'extended-cache-ttl-2025-04-11',
  'max-tokens-3-5-sonnet-2024-07-15',
  'pdfs-2024-09-25',
  'structured-outputs-2025-11-13',
  'structured-outputs-2025-12-15',
  'mid-conversation-system-2026-04-07',
  'mid-conversation-tool-changes-2026-07-01',
  'inline-tools-2026-09-15',
  'claude-code-20250219',
  'oauth-2025-04-20',
  'effort-2025-11-24',
])

export const isGranted = (flag: string): boolean => GRANTED.has(flag)

/** The flags of an `anthropic-beta` header. */
function betasOf(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((flag) => flag.trim())
    .filter((flag) => flag !== '')
}

/** The body with the flags of its request's `anthropic-beta` header beside its own, each once. */
export function withBetas<Body extends object>(body: Body, header: string | undefined): Body {
  const flags = betasOf(header)
  if (flags.length === 0) return body
  const own = 'anthropic_beta' in body ? body.anthropic_beta : undefined
  const known = Array.isArray(own) ? own : []
  return { ...body, anthropic_beta: [...new Set([...known, ...flags])] }
}
