import { exactNow } from '../../codecs/exact-now.ts'
import { entryOf } from '../../codecs/table.ts'

/** An item of a conversation, as OpenAI's Responses API has it: a message, a call, a thought, ... */
export interface Item {
  id?: string
  type?: string | null
  [member: string]: unknown
}

/** An item that is kept. */
export interface KeptItem extends Item {
  id: string
  type: string
}

/**
 * The ids of a response and of its items share 33 hex digits that begin with the time: `resp_<33>`,
 * `msg_<33>0000` for what was asked, `msg_<33>1000` for what was answered. So an item tells its response,
 * and ids without their prefixes lie in the order of the conversation.
 */
const STAMP_DIGITS = 33
const INDEX_DIGITS = 3
const ITEM = new RegExp(`_([0-9a-f]{${STAMP_DIGITS}})[01][0-9a-f]{${INDEX_DIGITS}}$`)

/** A new stamp, behind all older ones and those of answers, whose ids are made by the same clock to the same microsecond. */
export function newStamp(): string {
  const now = exactNow()
  const time = hex(Math.floor(now), 12) + hex(Math.floor((now % 1) * 1000), 3)
  const chance = crypto.randomUUID() + crypto.randomUUID()
  return time + chance.replaceAll('-', '').slice(0, STAMP_DIGITS - time.length)
}

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0')

/** The stamp of a response's or a conversation's id. */
export const stampOf = (id: string): string => id.slice(id.indexOf('_') + 1)

/** The stamp of an item's id; undefined for an id that is not ours. */
export const stampOfItem = (id: string): string | undefined => ITEM.exec(id)?.[1]

/** The response an item came with; undefined for an id that is not ours. */
export function responseOfItem(id: string): string | undefined {
  const stamp = stampOfItem(id)
  return stamp && `resp_${stamp}`
}

const PREFIXES: Record<string, string> = {
  message: 'msg_',
  reasoning: 'rs_',
  function_call: 'fc_',
  function_call_output: 'fco_',
  custom_tool_call: 'ctc_',
  custom_tool_call_output: 'ctco_',
  compaction: 'cmp_',
}

/** Items as they are kept: messages in their long form, and each with an id. */
export function keptItems(
  items: readonly Item[],
  stamp: string,
  { renamed = false }: { renamed?: boolean } = {},
): KeptItem[] {
  return items.map((item, index) => {
    const type = item.type ?? 'message'
    const own = `${entryOf(PREFIXES, type) ?? 'item_'}${stamp}0${hex(index, INDEX_DIGITS)}`
    const id = (!renamed && item.id) || own
    if (type !== 'message') return { ...item, id, type }
    return { status: 'completed', ...item, id, type, content: longForm(item) }
  })
}

function longForm({ content, role }: Item): unknown {
  if (typeof content !== 'string') return content
  return role === 'assistant'
    ? [{ type: 'output_text', text: content, annotations: [], logprobs: [] }]
    : [{ type: 'input_text', text: content }]
}

/** What was asked, as items. */
export function asItems(input: unknown): Item[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }]
  return Array.isArray(input) ? input : []
}

/** The id an item refers to instead of saying anything; undefined for items that speak for themselves. */
export function referredId(item: Item): string | undefined {
  if (item.type === 'item_reference') return item.id
  return item.type == null && item['role'] === undefined ? item.id : undefined
}
