import type { Conversation, Part } from '../../../conversation/conversation.ts'
import type { Usage } from '../../../conversation/events.ts'

/** Remembers where prompts lie in a cache: each region has a cache of its own. */
export interface WarmRegions {
  regionOf(prompt: string): string | undefined
  /** The region has just read the prompt from its cache, or written it there. */
  note(prompt: string, region: string): void
}

/** Prompts that are remembered. */
const MOST_PROMPTS = 10_000
/** Milliseconds the shorter of Bedrock's caches lives after each use. */
const LIFE = 300_000

export function createWarmRegions(): WarmRegions {
  const known = new Map<string, { region: string; until: number }>()
  return {
    regionOf(prompt) {
      const warm = known.get(prompt)
      return warm && warm.until > Date.now() ? warm.region : undefined
    },
    note(prompt, region) {
      // Deleted first, so that the oldest use stands first.
      known.delete(prompt)
      known.set(prompt, { region, until: Date.now() + LIFE })
      if (known.size <= MOST_PROMPTS) return
      for (const oldest of known.keys()) {
        known.delete(oldest)
        break
      }
    },
  }
}

/** Whether a bill shows that a cache was at work. */
export const usedCache = ({ cacheRead, cacheWrite }: Usage): boolean =>
  (cacheRead ?? 0) + (cacheWrite ?? 0) > 0

/** A name for the beginning of a prompt that is to be cached; undefined for one that is not. */
export function promptName(conversation: Conversation): string | undefined {
  const { settings, model } = conversation
  const asked = settings.promptCache
  if (asked?.key) return `${model}\n${asked.key}`
  if (!asked && !hasCachePoint(conversation)) return undefined
  const opening = conversation.turns[0]?.parts ?? []
  const tools = conversation.tools.map(({ name }) => name).join(' ')
  return `${model}\n${digest(conversation.system)}\n${tools}\n${digest(opening)}`
}

function hasCachePoint({ system, turns, tools }: Conversation): boolean {
  const marks = (parts: readonly Part[]) => parts.some(({ type }) => type === 'cache-point')
  return (
    marks(system) ||
    turns.some(({ parts }) => marks(parts)) ||
    tools.some((tool) => tool.type === 'function' && tool.cachePoint !== undefined)
  )
}

/** Enough of the words to tell prompts apart, without reading megabytes of them. */
function digest(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (part.type !== 'text') return part.type
      const { text } = part
      return `${text.length}:${text.slice(0, 100)}${text.slice(-100)}`
    })
    .join('|')
}
