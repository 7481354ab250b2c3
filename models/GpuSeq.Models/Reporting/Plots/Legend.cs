using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>The names of marks with their signs, in as many rows as they need.</summary>
internal sealed class Legend
{
    public const double RowHeight = 18;

    private const double KeyWidth = 22;
    private const double KeyGap = 6;
    private const double EntryGap = 16;

    private readonly List<(Mark Mark, string Text, double X, int Row)> _entries = [];

    public Legend(IEnumerable<Mark> marks, double width)
    {
        var (x, row) = (0.0, 0);
        foreach (var mark in marks.Where(mark => mark.Name is not null))
        {
            var text = Svg.Shortened(mark.Name!, width - KeyWidth - KeyGap);
            var entry = KeyWidth + KeyGap + Svg.WidthOf(text);
            if (x > 0 && x + entry > width)
                (x, row) = (0, row + 1);
            _entries.Add((mark, text, x, row));
            x += entry + EntryGap;
        }
    }

    public double Height => _entries.Count == 0 ? 0 : (_entries[^1].Row + 1) * RowHeight;

    public IEnumerable<XElement> Draw(double left, double top)
    {
        foreach (var (mark, text, x, row) in _entries)
        {
            var middle = top + row * RowHeight + RowHeight / 2;
            yield return mark.DrawKey(left + x, middle, KeyWidth);
            yield return Svg.Text(text, left + x + KeyWidth + KeyGap, middle + 4);
        }
    }
}
