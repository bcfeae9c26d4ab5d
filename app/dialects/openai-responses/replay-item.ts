import { entryOf } from '../../codecs/table.ts'
import type { Fields } from '../extras.ts'

/** Adds an event to those that are told. */
type Tell = (type: string, members: Fields) => void

interface Telling {
  place: Fields
  tell: Tell
}

/** The members that fill while an item is told, as they are when it begins. */
const BLANK: Record<string, Fields> = {
  message: { content: [] },
  reasoning: { summary: [], content: undefined, encrypted_content: undefined },
  function_call: { arguments: '' },
  custom_tool_call: { input: '' },
  image_generation_call: { result: null },
  code_interpreter_call: { code: '', outputs: null },
}

/** What is told of an item between its first event and its last. */
const TOLD: Record<string, (item: Fields, telling: Telling) => void> = {
  message({ content }, telling) {
    replayParts(content, { ...telling, at: 'content_index' })
  },
  reasoning({ summary, content }, telling) {
    replayParts(summary, { ...telling, at: 'summary_index' })
    replayParts(content, { ...telling, at: 'content_index' })
  },
  function_call({ arguments: text, name }, { place, tell }) {
    tell('response.function_call_arguments.delta', { ...place, delta: text })
    tell('response.function_call_arguments.done', { ...place, name, arguments: text })
  },
  custom_tool_call({ input }, { place, tell }) {
    tell('response.custom_tool_call_input.delta', { ...place, delta: input })
    tell('response.custom_tool_call_input.done', { ...place, input })
  },
  web_search_call: steps('web_search_call', 'searching'),
  image_generation_call: steps('image_generation_call', 'generating'),
  code_interpreter_call({ code }, { place, tell }) {
    const name = 'response.code_interpreter_call'
    tell(`${name}.in_progress`, place)
    tell(`${name}_code.delta`, { ...place, delta: code })
    tell(`${name}_code.done`, { ...place, code })
    tell(`${name}.interpreting`, place)
    tell(`${name}.completed`, place)
  },
}

function steps(name: string, working: string) {
  return (_item: Fields, { place, tell }: Telling) => {
    for (const step of ['in_progress', working, 'completed'])
      tell(`response.${name}.${step}`, place)
  }
}

/** An item of a stored response, told anew with each text in one piece. */
export function replayItem(item: Fields, index: number, tell: Tell): void {
  const type = String(item['type'])
  const status = 'status' in item && { status: 'in_progress' }
  const opening = { ...item, ...status, ...entryOf(BLANK, type) }
  tell('response.output_item.added', { output_index: index, item: opening })
  const place = { item_id: item['id'], output_index: index }
  entryOf(TOLD, type)?.(item, { place, tell })
  tell('response.output_item.done', { output_index: index, item })
}

function replayParts(parts: unknown, { place, tell, at }: Telling & { at: string }): void {
  for (const [index, part] of ((parts ?? []) as Fields[]).entries()) {
    replayPart(part, { place: { ...place, [at]: index }, tell })
  }
}

/** How the events of a part begin, and of what of it they tell; of the part itself where nothing else is said. */
const PARTS: Record<string, { name: string; whole?: string; member?: string; more?: Fields }> = {
  output_text: { name: 'output_text', more: { logprobs: [] } },
  refusal: { name: 'refusal', member: 'refusal' },
  reasoning_text: { name: 'reasoning_text' },
  summary_text: { name: 'reasoning_summary_text', whole: 'reasoning_summary_part' },
}

function replayPart(part: Fields, { place, tell }: Telling): void {
  const kind = entryOf(PARTS, String(part['type']))
  if (!kind) return
  const { name, whole = 'content_part', member = 'text', more } = kind
  const annotations = part['annotations'] as Fields[] | undefined
  const opening = { ...part, [member]: '', ...(annotations && { annotations: [] }) }
  tell(`response.${whole}.added`, { ...place, part: opening })
  tell(`response.${name}.delta`, { ...place, ...more, delta: part[member] })
  for (const [index, annotation] of (annotations ?? []).entries()) {
    const added = { ...place, annotation_index: index, annotation }
    tell('response.output_text.annotation.added', added)
  }
  tell(`response.${name}.done`, { ...place, ...more, [member]: part[member] })
  tell(`response.${whole}.done`, { ...place, part })
}
