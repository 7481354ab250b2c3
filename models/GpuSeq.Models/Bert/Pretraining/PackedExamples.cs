namespace GpuSeq.Models;

/// <summary>
/// Whole sentences side by side, as many as there is room for, as RoBERTa learns from them (Liu et al. 2019, section 4.2,
/// FULL-SENTENCES): <c>&lt;s&gt; .. &lt;/s&gt;</c>, with a separator where one document ends and the next begins.
/// </summary>
internal sealed class PackedExamples : IPretrainingExamples
{
    private const int Specials = 2;

    private readonly SpecialTokens _special;
    private readonly PieceRun[][] _examples; // a run of each document in it

    /// <param name="documents">The documents in their order.</param>
    /// <param name="special">The special tokens.</param>
    /// <param name="length">T, the most tokens of an example. Longer sentences are cut.</param>
    public PackedExamples(IReadOnlyList<PieceDocument> documents, SpecialTokens special, int length)
    {
        _special = special;
        _examples = [.. Pack(documents, length - Specials)];
        Lengths = [.. _examples.Select(runs => runs.Sum(run => run.Length + 1) + Specials - 1)];
    }

    public int[] Lengths { get; }

    public void Write(int example, ref SplitMix64 random, PieceSequence sequence)
    {
        sequence.Clear();
        sequence.AddSpecial(_special.Begin);
        foreach (var run in _examples[example])
        {
            sequence.Add(run);
            sequence.AddSpecial(_special.Separator);
        }
    }

    private static IEnumerable<PieceRun[]> Pack(IReadOnlyList<PieceDocument> documents, int room)
    {
        var runs = new List<PieceRun>();
        var left = room;
        foreach (var sentence in documents.SelectMany(document => Sentences(document, room)))
        {
            var goesOn = runs.Count > 0 && runs[^1].Document == sentence.Document;
            var needed = sentence.Length + (runs.Count > 0 && !goesOn ? 1 : 0);
            if (needed > left)
            {
                yield return [.. runs];
                runs.Clear();
                (left, needed, goesOn) = (room, sentence.Length, false);
            }
            left -= needed;
            if (goesOn)
                runs[^1] = runs[^1] with { End = sentence.End };
            else
                runs.Add(sentence);
        }
        if (runs.Count > 0)
            yield return [.. runs];
    }

    private static IEnumerable<PieceRun> Sentences(PieceDocument document, int room)
    {
        for (var i = 0; i < document.Sentences; i++)
        {
            var sentence = document.Run(i, i + 1);
            for (var begin = sentence.Begin; begin < sentence.End; begin += room)
                yield return new(document, begin, Math.Min(begin + room, sentence.End));
        }
    }
}
