/** Asked of a model whose words shall take the place of the conversation. */
export const SUMMARISE =
  'Write a summary of the conversation so far that will take its place, for whoever goes on with it and has read nothing else. Keep the goal, decisions and their reasons, names, paths, numbers and code that are still needed, what was tried and what came of it, and what is to be done next. Give the summary and nothing else.'
