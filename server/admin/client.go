package admin

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
)

// Call runs an operation in the process that serves a data directory. in becomes JSON, and the answer is
// decoded into what out points at, unless that is nil. The error is ErrNotRunning when no process serves the
// directory, and an [Error] when the operation failed.
func Call(ctx context.Context, dir, name string, in, out any) error {
	return call(ctx, dir, name, "application/json", in, func(res *http.Response) error {
		raw, err := io.ReadAll(io.LimitReader(res.Body, mostOut+1))
		if err != nil {
			return cutShort(ctx, err)
		}
		if len(raw) > mostOut {
			return fmt.Errorf("the answer of %s has more than %d bytes", name, mostOut)
		}
		return decodeAnswer(name, raw, out)
	})
}

// CallStream runs an operation in the process that serves a data directory, and writes the stream that it
// answers with. When the error is nil, w has all of it. The errors are those of [Call], and w's.
func CallStream(ctx context.Context, dir, name string, in any, w io.Writer) error {
	return call(ctx, dir, name, "application/octet-stream", in, func(res *http.Response) error {
		if res.Header.Get("Content-Type") != "application/octet-stream" {
			return notStream(name)
		}
		to := &target{w: w}
		if _, err := io.Copy(to, res.Body); to.err != nil {
			return to.err
		} else if err != nil {
			return cutShort(ctx, err)
		}
		end := res.Trailer.Get(outcome)
		if end == outcomeDone {
			return nil
		}
		raw, err := base64.StdEncoding.DecodeString(end)
		if err != nil || end == "" {
			return cutShort(ctx, io.ErrUnexpectedEOF)
		}
		return failure(raw)
	})
}

// A target tells an error of writing from one of reading.
type target struct {
	w   io.Writer
	err error
}

func (t *target) Write(p []byte) (n int, err error) {
	n, t.err = t.w.Write(p)
	return n, t.err
}

func call(ctx context.Context, dir, name, accept string, in any, read func(*http.Response) error) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("what %s is given cannot be written: %w", name, err)
	}
	conn, err := connect(dir)
	if err != nil {
		return err
	}
	defer conn.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://filmloom"+operations+url.PathEscape(name), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the operation %q cannot be called: %w", name, err)
	}
	req.Header.Set("Accept", accept)
	transport := &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		return cutShort(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return read(res)
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, mostOut))
	if err != nil {
		return cutShort(ctx, err)
	}
	return failure(raw)
}

// connect reaches the process that serves a data directory, if that is this user's.
func connect(dir string) (*net.UnixConn, error) {
	conn, err := dial(socketOf(dir))
	switch {
	case err == nil:
	case gone(err):
		return nil, ErrNotRunning
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return nil, errors.New("the filmloom that serves this data directory runs as another user; run the command as that user")
	default:
		return nil, fmt.Errorf("the filmloom that serves this data directory cannot be reached: %w", err)
	}
	uid, err := peer(conn)
	if err == nil && uid != os.Geteuid() && os.Geteuid() != 0 {
		err = errors.New("it is another user's")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the socket in the data directory cannot be trusted: %w", err), conn.Close())
	}
	return conn, nil
}

func failure(raw []byte) error {
	e := &Error{}
	if err := json.Unmarshal(raw, e); err != nil || e.Message == "" {
		return errors.New("the answer of the filmloom that serves this data directory cannot be read; are both of the same version?")
	}
	return e
}

func cutShort(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the filmloom that serves this data directory ended before its answer did: %w", err)
}
