// What a call of an operation takes and answers, taken out of the generated api.d.ts.
import type { paths, Error as ErrorBody } from "./api";

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
type Success<R> = R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : undefined;

export type Refusal = ErrorBody;
export type Method = "get" | "post" | "patch" | "delete";
export type Answer<O> = O extends { responses: infer R } ? Json<Success<R>> : never;
export type Sent<O> = {
  body?: O extends { requestBody: infer B } ? Json<B> : undefined;
  query?: O extends { parameters: { query?: infer Q } } ? Q : undefined;
};
export type Operation<P extends keyof paths, M extends Method> = paths[P][M];
