/** What a model's lane and a request's body need of Anthropic's beta flags; nothing is filtered here. */

/** The flags of an `anthropic-beta` header. */
export function betasOf(header: string | undefined): string[] {
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
