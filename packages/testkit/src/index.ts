export { type Dump, type Item, type Mutable, type RecordedParts, Recording } from './recording.ts';
