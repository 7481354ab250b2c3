using System.Text.RegularExpressions;

namespace GpuSeq.Models;

/// <summary>Puts a text in the place of each match of another, or of a pattern.</summary>
internal sealed class ReplaceStep : ITextStep
{
    public const string Type = "Replace";

    private readonly string _pattern;
    private readonly bool _isRegex;
    private readonly string _content;
    private readonly Regex _regex;

    /// <exception cref="ArgumentException">The pattern is none, or cannot be matched in linear time.</exception>
    public ReplaceStep(string pattern, bool isRegex, string content)
    {
        (_pattern, _isRegex, _content) = (pattern, isRegex, content);
        try
        {
            _regex = new(isRegex ? pattern : Regex.Escape(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException exception)
        {
            throw new ArgumentException(exception.Message, nameof(pattern), exception);
        }
    }

    public object Json => new
    {
        Type,
        Pattern = new Dictionary<string, string> { [_isRegex ? "Regex" : "String"] = _pattern },
        Content = _content,
    };

    public void Apply(AlignedText text)
    {
        var (whole, sources) = text.ToUnits();
        if (!_regex.IsMatch(whole))
            return;
        var runes = new List<AlignedRune>(text.Runes.Count);
        var at = 0;
        foreach (var match in _regex.EnumerateMatches(whole))
        {
            Copy(at, match.Index);
            if (match.Length > 0)
            {
                var (start, end) = (sources[match.Index].Start, sources[match.Index + match.Length - 1].End);
                runes.AddRange(_content.EnumerateRunes().Select(rune => new AlignedRune(rune.Value, start, end)));
            }
            at = match.Index + match.Length;
        }
        Copy(at, whole.Length);
        text.Runes.Clear();
        text.Runes.AddRange(runes);

        void Copy(int begin, int end)
        {
            for (var unit = begin; unit < end; unit++)
            {
                if (!char.IsLowSurrogate(whole[unit]) || sources[unit].Value <= char.MaxValue)
                    runes.Add(sources[unit]);
            }
        }
    }
}
