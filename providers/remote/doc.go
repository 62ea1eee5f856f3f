// Package remote is what providers that call a vendor's HTTP API have in common: a client with sane
// limits, and the way from what can go wrong to a [providers.Error] that the engine understands.
//
// A call goes like this:
//
//	resp, err := client.Do(req) // client := remote.Client(), one for the provider's life
//	if err != nil {
//		return remote.NetError("Acme", err)
//	}
//	defer resp.Body.Close()
//	body, err := remote.ReadBody(resp.Body, 16<<20)
//	if err != nil {
//		return remote.NetError("Acme", err)
//	}
//	if resp.StatusCode != http.StatusOK {
//		said := remote.Snippet([]byte(remote.Redact(string(body), key)))
//		e := providers.Errorf(remote.KindOf(resp.StatusCode), "Acme answered %s: %s", resp.Status, said)
//		e.RetryAfter = remote.RetryAfter(resp.Header, time.Now())
//		return e
//	}
//
// Promises: no answer is read into memory beyond the bound that the caller names; credentials follow no
// redirect to another host; errors name the vendor, what happened and how to mend it, and hold no URL,
// whose query might be a secret.
//
// It never tries a request again (the engine does), never logs, and knows no vendor.
package remote
