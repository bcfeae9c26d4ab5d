/**
 * Labels as tags: letters one may hold, and how many; the same for objects and for jobs of Transcribe and Bedrock.
 * Names that begin with `aws:` are AWS's own, and of those that become alike the last stands.
 */
export const tagsOf = (labels: Readonly<Record<string, string>>): [string, string][] => [
  ...new Map(
    Object.entries(labels).map(([key, value]) => [
      legal(key, 128).replace(/^aws:/i, 'aws_'),
      legal(value, 256),
    ]),
  ),
]

const legal = (text: string, most: number) =>
  text.slice(0, most).replace(/[^a-zA-Z0-9\s._:/=+@-]/g, '_')
