/** The bodies of the document's examples, one by one as they stand there. */
export const EXAMPLES = {
  'Claude format': {
    anthropic_version: 'bedrock-2023-05-31',
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'Hello!' }],
    temperature: 0.7,
    stream: false,
  },
  'Titan format': {
    model: 'amazon.titan-text-express-v1',
    inputText: 'User: Hello!\n\nBot:',
    textGenerationConfig: { maxTokenCount: 1000, temperature: 0.7, stopSequences: [] },
  },
  conversion: {
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Hello' }],
  },
  'chat with files': {
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Analyze the trends in this sales data' }],
    file_ids: ['file-abc123def456', 'file-def456ghi789'],
    temperature: 0.7,
    max_tokens: 1000,
  },
  image: {
    anthropic_version: 'bedrock-2023-05-31',
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    max_tokens: 1000,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: "What's in this image?" },
          {
            type: 'image',
            source: {
              type: 'base64',
              media_type: 'image/jpeg',
              data: 'iVBORw0KGgoAAAANSUhEUgAA...',
            },
          },
        ],
      },
    ],
  },
  tools: {
    anthropic_version: 'bedrock-2023-05-31',
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    max_tokens: 1000,
    messages: [{ role: 'user', content: "What's the weather in London?" }],
    tools: [
      {
        name: 'get_weather',
        description: 'Get current weather for a location',
        input_schema: {
          type: 'object',
          properties: { location: { type: 'string', description: 'City name' } },
          required: ['location'],
        },
      },
    ],
    tool_choice: { type: 'auto' },
  },
  'multi-turn': {
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: 'Hello!' },
      { role: 'assistant', content: 'Hello! How can I help you today?' },
      { role: 'user', content: "What's 2+2?" },
    ],
  },
  stream: {
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Tell me a short story' }],
    stream: true,
  },
} as const

/** The first example, whose `"tools": [...]` the document leaves out; with the tool it shows elsewhere. */
export const OPENAI_FORMAT = {
  model: 'gpt-4o-mini',
  messages: [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'Hello!' },
  ],
  temperature: 0.7,
  max_tokens: 1000,
  stream: false,
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Get current weather for a location',
        parameters: EXAMPLES.tools.tools[0].input_schema,
      },
    },
  ],
  tool_choice: 'auto',
} as const

/** The picture of which the document shows only the first bytes; its type is told by its content, not by the claim. */
export const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='

/** An example with what the document cannot hold: real ids, a whole picture. */
export const filled = (example: object, values: Record<string, string>): object => {
  let text = JSON.stringify(example)
  for (const [placeholder, value] of Object.entries(values)) {
    text = text.replaceAll(placeholder, value)
  }
  return JSON.parse(text)
}
