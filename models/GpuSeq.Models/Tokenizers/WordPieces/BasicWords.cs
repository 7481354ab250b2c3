namespace GpuSeq.Models;

/// <summary>
/// Cuts text into words as BERT's basic tokenizer does (Devlin et al. 2019; Hugging Face's <c>BasicTokenizer</c>): control characters
/// are left out, letters become small, accents go, and blanks, punctuation and Chinese characters separate. A word is a slice of the
/// text wherever that can be; what lies between two blanks is normalized only where a character asks for it.
/// </summary>
internal ref struct BasicWords
{
    private readonly ReadOnlySpan<char> _text;
    private readonly ReadOnlySpan<CharacterKind> _kinds;
    private readonly int _offset;
    private readonly WordPieceOptions _options;
    private int _at;
    private int _chunkEnd; // the words up to here are slices of the text
    private NormalizedWords? _normalized; // the words of a chunk that was normalized
    private int _nextNormalized;
    private char[] _small = [];
    private int _start;
    private bool _isAligned;

    /// <param name="text">The text.</param>
    /// <param name="offset">Where it stands in the text that offsets are told of.</param>
    /// <param name="options">How it is prepared.</param>
    public BasicWords(ReadOnlySpan<char> text, int offset, WordPieceOptions options)
    {
        _text = text;
        _offset = offset;
        _options = options;
        _kinds = CharacterKinds.Of(options).All;
    }

    /// <summary>The word, normalized.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Where a part of the word stands in the text.</summary>
    public readonly (int Start, int End) Source(int begin, int end) => _isAligned
        ? _normalized!.Source(_start + begin, _start + end)
        : (_offset + _start + begin, _offset + _start + end);

    /// <summary>Goes on to the next word.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        while (true)
        {
            if (_isAligned && _nextNormalized < _normalized!.Count)
            {
                Current = _normalized.Word(_nextNormalized++, out _start);
                return true;
            }
            _isAligned = false;
            if (_at < _chunkEnd)
            {
                Slice();
                return true;
            }
            if (!NextChunk())
                return false;
        }
    }

    // A chunk is what stands between two blanks.
    private bool NextChunk()
    {
        while (_at < _text.Length && _kinds[_text[_at]] == CharacterKind.Blank)
            _at++;
        if (_at == _text.Length)
            return false;
        var (end, all) = (_at, CharacterKind.Plain);
        for (; end < _text.Length && _kinds[_text[end]] is not CharacterKind.Blank and var kind; end++)
            all |= kind;
        if ((all & CharacterKind.Complex) == 0)
        {
            _chunkEnd = end;
            return true;
        }
        _normalized ??= new(_options);
        _normalized.Read(_text[_at..end], _offset + _at);
        (_isAligned, _nextNormalized) = (true, 0);
        _at = _chunkEnd = end;
        return true;
    }

    private void Slice()
    {
        _start = _at;
        var all = CharacterKind.Plain;
        while (_at < _chunkEnd && _kinds[_text[_at]] is not CharacterKind.Alone and var kind)
        {
            all |= kind;
            _at++;
        }
        if (_at == _start)
            _at++; // it stands alone
        Current = _text[_start.._at];
        if (all == CharacterKind.Capital)
            Current = Lower(Current);
    }

    private ReadOnlySpan<char> Lower(ReadOnlySpan<char> word)
    {
        if (_small.Length < word.Length)
            _small = new char[Math.Max(word.Length, 128)];
        for (var at = 0; at < word.Length; at++)
            _small[at] = char.IsAsciiLetterUpper(word[at]) ? (char)(word[at] | 0x20) : word[at];
        return _small.AsSpan(0, word.Length);
    }
}
