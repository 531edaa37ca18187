package web

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"

	"jianding/schemas"
)

// memOriginals is a store in memory under the contract of [Originals].
type memOriginals struct {
	mu sync.Mutex
	m  map[string][]byte
}

func openOriginals(*testing.T, string) *memOriginals { return &memOriginals{m: map[string][]byte{}} }

func (s *memOriginals) Put(_ context.Context, sum string, _ int64, r io.ReadSeeker) (bool, error) {
	b, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, there := s.m[sum]
	s.m[sum] = b
	return !there, err
}

type memFile struct{ *bytes.Reader }

func (memFile) Close() error { return nil }

func (s *memOriginals) Open(_ context.Context, sum string) (io.ReadSeekCloser, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.m[sum]
	if !ok {
		return nil, 0, schemas.E(schemas.KindNotFound, "original_unknown", "", nil)
	}
	return memFile{bytes.NewReader(b)}, int64(len(b)), nil
}

func (s *memOriginals) Ping(context.Context) error { return nil }
