package store

import (
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"backupchecks/internal/backup"
)

const (
	maxRaw      = 64 << 20 // bytes of a raw mail, packed or unpacked
	rawWindow   = 1 << 20  // how far back the packer looks; bounds its memory
	rawEncoding = "zstd"
)

// rawCodec packs and unpacks raw mails. It is shared by all transactions.
type rawCodec struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

func newRawCodec() (rawCodec, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(rawWindow), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return rawCodec{}, fmt.Errorf("make the mail packer: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxRaw))
	if err != nil {
		return rawCodec{}, fmt.Errorf("make the mail unpacker: %w", err)
	}
	return rawCodec{encoder: encoder, decoder: decoder}, nil
}

// PackedMail is a mail as it is kept: compressed, whole.
type PackedMail struct {
	data []byte
}

// Pack compresses a mail for AddMessage. It needs no transaction, so that many mails can be
// packed at once. A mail over 64 MB is Invalid.
func (db *DB) Pack(raw []byte) (PackedMail, error) {
	data, err := db.raws.pack(raw)
	return PackedMail{data}, err
}

func (c rawCodec) pack(raw []byte) ([]byte, error) {
	if len(raw) > maxRaw {
		return nil, backup.Errorf(backup.Invalid, "The mail is larger than %d MB.", maxRaw>>20)
	}
	return c.encoder.EncodeAll(raw, nil), nil
}

func (c rawCodec) unpack(encoding string, data []byte) ([]byte, error) {
	if encoding != rawEncoding {
		return nil, fmt.Errorf("unknown encoding %q", encoding)
	}
	raw, err := c.decoder.DecodeAll(data, nil)
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded) {
		return nil, backup.Errorf(backup.Invalid, "The mail is larger than %d MB.", maxRaw>>20).Because(err)
	}
	return raw, err
}

// close ends the decoder's goroutines; the encoder has none between calls.
func (c rawCodec) close() {
	c.decoder.Close()
}
