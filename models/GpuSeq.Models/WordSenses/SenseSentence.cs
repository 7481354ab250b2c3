namespace GpuSeq.Models;

/// <summary>A sentence with a word in one of its senses.</summary>
/// <param name="Word">The word.</param>
/// <param name="Sense">What the word means there, in a word or two.</param>
/// <param name="Text">The sentence.</param>
public sealed record SenseSentence(string Word, string Sense, string Text)
{
    /// <summary>Where the word begins in the sentence, as a word of its own in any case; null where it does not occur.</summary>
    public int? Start
    {
        get
        {
            for (var place = 0; (place = Text.IndexOf(Word, place, StringComparison.OrdinalIgnoreCase)) >= 0; place++)
            {
                if (!IsLetter(place - 1) && !IsLetter(place + Word.Length))
                    return place;
            }
            return null;
        }
    }

    private bool IsLetter(int place) => place >= 0 && place < Text.Length && char.IsLetterOrDigit(Text, place);
}
