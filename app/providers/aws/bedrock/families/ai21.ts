import { type Family, PLAIN, TEXT, TEXT_DOCUMENT } from './family.ts'

/** Jamba takes OpenAI's penalties under OpenAI's names (user guide, model-parameters-jamba). */
export const ai21: Family = {
  name: 'ai21',
  owner: 'AI21 Labs',
  matches: (id) => id.startsWith('ai21.'),
  chat: [
    {
      ids: ['ai21.jamba-1-5'],
      input: TEXT_DOCUMENT,
      contextWindow: 256_000,
      traits: {
        ...PLAIN,
        unsupported: ['topK'],
        documents: true,
        toolChoices: [],
        maxOutputTokens: 4096,
        nativeSettings: {
          frequencyPenalty: 'frequency_penalty',
          presencePenalty: 'presence_penalty',
        },
      },
    },
    {
      ids: ['ai21.jamba'],
      input: TEXT,
      contextWindow: 256_000,
      traits: { ...PLAIN, unsupported: ['topK'], tools: false },
    },
    {
      // Whole answers only, and one stop sequence at most.
      ids: ['ai21.j2'],
      input: TEXT,
      streaming: false,
      contextWindow: 8191,
      traits: {
        ...PLAIN,
        unsupported: ['topK'],
        systemPrompt: false,
        tools: false,
        maxStopSequences: 1,
      },
    },
  ],
}
