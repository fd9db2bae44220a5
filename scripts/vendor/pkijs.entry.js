// What the sealing page takes from PKI.js: the verification of a detached CMS signature.
export { Certificate, ContentInfo, SignedData } from "pkijs";
