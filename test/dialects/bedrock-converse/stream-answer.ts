import type {
  ContentBlock,
  ConverseResponse,
  StreamPayloads,
} from '../../../app/dialects/bedrock-converse/wire.ts'

/** A stream's message as the recordings list it. */
export type StreamMessage = {
  [Type in keyof StreamPayloads]: { type: Type; payload: StreamPayloads[Type] }
}[keyof StreamPayloads]

/** The whole answer a stream amounts to, put together plainly: the oracle of the stream decoder. */
export function answerOf(messages: StreamMessage[]): ConverseResponse {
  const blocks = new Map<number, ContentBlock>()
  const inputs = new Map<number, string>()
  const answer: ConverseResponse = {}
  for (const { type, payload } of messages) {
    if (type === 'contentBlockStart') {
      const { toolUse, toolResult } = payload.start ?? {}
      const index = payload.contentBlockIndex
      if (toolUse) blocks.set(index, { toolUse: { ...toolUse, input: {} } })
      if (toolResult) blocks.set(index, { toolResult: { ...toolResult, content: [] } })
    }
    if (type === 'contentBlockDelta') {
      const index = payload.contentBlockIndex
      const { text, toolUse, toolResult, reasoningContent, citation } = payload.delta ?? {}
      const block = blocks.get(index) ?? {}
      blocks.set(index, block)
      if (text !== undefined) addText(block, text)
      if (citation) addCitation(block, citation)
      if (toolUse) inputs.set(index, (inputs.get(index) ?? '') + (toolUse.input ?? ''))
      if (toolResult) block.toolResult?.content.push(...toolResult)
      if (reasoningContent) addReasoning(block, reasoningContent)
    }
    if (type === 'messageStop' || type === 'metadata') Object.assign(answer, payload)
  }
  for (const [index, input] of inputs) blocks.get(index)!.toolUse!.input = JSON.parse(input || '{}')
  const content = [...blocks].sort(([one], [other]) => one - other).map(([, block]) => block)
  return { ...answer, output: { message: { role: 'assistant', content } } }
}

function addText(block: ContentBlock, text: string): void {
  const piece = block.citationsContent?.content?.[0]
  if (piece) piece.text += text
  else block.text = (block.text ?? '') + text
}

function addCitation(
  block: ContentBlock,
  citation: NonNullable<NonNullable<ContentBlock['citationsContent']>['citations']>[number],
): void {
  const { text = '' } = block
  delete block.text
  block.citationsContent ??= { content: [{ text }], citations: [] }
  block.citationsContent.citations!.push(citation)
}

function addReasoning(
  block: ContentBlock,
  {
    text,
    signature,
    redactedContent,
  }: NonNullable<NonNullable<StreamPayloads['contentBlockDelta']['delta']>['reasoningContent']>,
): void {
  block.reasoningContent ??= redactedContent === undefined ? { reasoningText: { text: '' } } : {}
  const { reasoningContent } = block
  if (text !== undefined) reasoningContent.reasoningText!.text += text
  if (signature !== undefined) reasoningContent.reasoningText!.signature = signature
  if (redactedContent !== undefined) {
    reasoningContent.redactedContent = (reasoningContent.redactedContent ?? '') + redactedContent
  }
}
