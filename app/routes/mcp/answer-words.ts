/** The words of an answer, and whether there is more in it that a reader must know. */
interface AnswerWords {
  texts: string[]
  more: boolean
}

interface Answer {
  [member: string]: unknown
}

/** What every kind of answer says in words: undefined for one of another kind. */
const KINDS: readonly ((answer: Answer) => AnswerWords | undefined)[] = [
  // OpenAI's chat completions and completions.
  ({ choices }) =>
    isList(choices)
      ? joined(
          choices.map(({ message, text }) => {
            if (!isAnswer(message)) return { texts: words(text), more: false }
            const { content, refusal, audio, tool_calls: calls, function_call: call } = message
            const spoken = isAnswer(audio) ? words(audio['transcript']) : []
            const texts = [...words(content), ...spoken, ...words(refusal)]
            return { texts, more: !!calls || !!call }
          }),
        )
      : undefined,
  // Responses.
  ({ object, output }) =>
    object === 'response' && isList(output)
      ? joined(
          output.map((item) =>
            item['type'] === 'message'
              ? ofParts(item['content'])
              : { texts: [], more: item['type'] !== 'reasoning' },
          ),
        )
      : undefined,
  // Anthropic's messages.
  ({ type, content }) => (type === 'message' && isList(content) ? ofParts(content) : undefined),
  // Bedrock's Converse, and answers from knowledge bases.
  ({ output }) => {
    if (!isAnswer(output)) return undefined
    const { message, text } = output
    if (isAnswer(message)) return ofParts(message['content'])
    return typeof text === 'string' ? { texts: [text], more: true } : undefined
  },
  // Titan Text.
  ({ results }) =>
    isList(results) && results.every(({ outputText }) => typeof outputText === 'string')
      ? { texts: results.flatMap(({ outputText }) => words(outputText)), more: false }
      : undefined,
  // Transcriptions and translations.
  ({ text, object }) =>
    typeof text === 'string' && object === undefined ? { texts: [text], more: false } : undefined,
]

export function answerWords(answer: Answer): AnswerWords | undefined {
  for (const kind of KINDS) {
    const found = kind(answer)
    if (found) return found
  }
  return undefined
}

/** Parts in which words stand by one of these names; thoughts are nobody's answer. */
const WORDS = ['text', 'refusal'] as const
const THOUGHTS = /^(thinking|redacted_thinking|reasoning)$/

function ofParts(parts: unknown): AnswerWords {
  if (typeof parts === 'string') return { texts: words(parts), more: false }
  if (!isList(parts)) return { texts: [], more: true }
  return joined(
    parts.map((part) => {
      const texts = WORDS.flatMap((name) => words(part[name]))
      const isThought = THOUGHTS.test(String(part['type'])) || 'reasoningContent' in part
      if (isThought) return { texts: [], more: false }
      return { texts, more: texts.length === 0 }
    }),
  )
}

const joined = (all: readonly AnswerWords[]): AnswerWords => ({
  texts: all.flatMap(({ texts }) => texts),
  more: all.some(({ more }) => more),
})

const words = (value: unknown): string[] =>
  typeof value === 'string' && value !== '' ? [value] : []

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isList = (value: unknown): value is Answer[] => Array.isArray(value) && value.every(isAnswer)
