export function postmanCollection(document: object): string;
