const shell = (name: string) => `$\{${name}}`

const IMAGE = `data:image/png;base64,${shell('IMAGE_B64')}`

/** The request bodies of the examples, by what they show; names in braces stand for what a shell puts there. */
export const EXAMPLES = {
  single: {
    model: 'amazon.nova-micro-v1:0',
    prompt: 'The capital of France is',
    max_tokens: 20,
  },
  batch: {
    model: 'amazon.nova-micro-v1:0',
    prompt: ['One plus one is', 'Two plus two is', 'Three plus three is'],
    max_tokens: 10,
  },
  'text and image': {
    model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    prompt: ['Describe what is shown in this chart in one short sentence:', IMAGE],
    max_tokens: 80,
  },
  'text and stored files': {
    model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    prompt: [
      'Summarize the main findings and cross-reference with the appendix:',
      'file-id:file-abc123',
      'file-id:file-def456',
    ],
    max_tokens: 400,
  },
  'image alone': {
    model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    prompt: IMAGE,
    max_tokens: 120,
  },
  'stored prompt': {
    model: 'amazon.nova-micro-v1:0',
    prompt: `file-id:${shell('FILE_ID')}`,
    max_tokens: 100,
  },
  'prompt in S3': {
    model: 'amazon.nova-micro-v1:0',
    prompt: 's3://my-bucket/prompts/essay-topic.txt',
    max_tokens: 500,
  },
  stream: {
    model: 'amazon.nova-micro-v1:0',
    prompt: 'Write a short story',
    max_tokens: 100,
    stream: true,
  },
  'stream with usage': {
    model: 'amazon.nova-micro-v1:0',
    prompt: 'Hello',
    stream: true,
    stream_options: { include_usage: true },
  },
  pegasus: {
    model: 'twelvelabs.pegasus-1-2-v1:0',
    prompt: ['Describe what happens in this video.', 's3://my-bucket/video.mp4'],
  },
  joke: {
    model: 'amazon.nova-micro-v1:0',
    prompt: 'Tell me a joke',
    max_tokens: 50,
    stream: true,
  },
}

/** An example with what the shell, or a reader, would have put in. */
export function filled<Example>(example: Example, values: Record<string, string>): Example {
  let text = JSON.stringify(example)
  for (const [name, value] of Object.entries(values)) {
    text = text.replaceAll(shell(name), value).replaceAll(name, value)
  }
  return JSON.parse(text)
}
