// What the sealing worker takes from third parties: the age format, and SHA-256 that can be fed in pieces.
export { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
export { sha256 } from "@noble/hashes/sha2.js";
