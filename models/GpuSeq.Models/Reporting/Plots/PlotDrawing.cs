using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>Lays a plot out from the outside in, title, legend, axes, and draws it.</summary>
internal sealed class PlotDrawing
{
    private const double Edge = 14;
    private const double TitleHeight = 20;
    private const double NoteHeight = 16;
    private const double CaptionHeight = 20;
    private const double TickGap = 6;
    private const double TickTextHeight = 16;
    private const double ColorBarWidth = 12;
    private const double MostCategoryWidth = 120;
    private const double Slope = 0.7; // sine and cosine of a slanted name, about

    private readonly Plot _plot;
    private readonly double _height;
    private readonly Legend _legend;
    private readonly HeatMap? _heatMap;
    private readonly Tick[] _xTicks;
    private readonly Tick[] _yTicks;
    private readonly bool _isSlanted;
    private readonly Frame _frame;

    public PlotDrawing(Plot plot)
    {
        _plot = plot;
        _legend = new Legend(plot.Marks, plot.Width - 2 * Edge);
        _heatMap = plot.Marks.OfType<HeatMap>().FirstOrDefault();
        _height = plot.Height + Math.Max(0, _legend.Height - Legend.RowHeight); // the first row takes room from the marks, others make more
        var bars = plot.Marks.OfType<Bars>().ToArray();
        var yAxis = bars.Length == 0 ? plot.Y : plot.Y with { Includes = [.. plot.Y.Includes, 0] };
        var x = plot.X.Domain(plot.Marks.SelectMany(mark => mark.XValues));
        var y = yAxis.Domain(plot.Marks.SelectMany(mark => mark.YValues));

        var top = Edge + TitleHeight + (plot.Note is null ? 0 : NoteHeight) + _legend.Height + 8;
        var roughHeight = _height - top - Edge - CaptionHeight - TickTextHeight;
        _yTicks = Shortened(Ticks.For(plot.Y, y.Low, y.High, Most(roughHeight, plot.Y.Categories is null ? 22 : 14)));
        var left = Edge + CaptionHeight + Widest(_yTicks) + TickGap;
        var right = plot.Width - Edge - 4 - (_heatMap is null ? 0 : ColorBarWidth + 44);

        _xTicks = Shortened(Ticks.For(plot.X, x.Low, x.High, Most(right - left, plot.X.Categories is null ? 72 : 20)));
        var tickHeight = TickTextHeight;
        if (plot.X.Categories is not null && Widest(_xTicks) + 6 > (right - left) / Math.Max(1, _xTicks.Length))
        {
            _isSlanted = true;
            tickHeight = Widest(_xTicks) * Slope + 12;
            left = Math.Max(left, Edge + Svg.WidthOf(_xTicks[0].Text) * Slope); // the first name reaches out to the left
        }
        var bottom = _height - Edge - CaptionHeight - tickHeight;

        _frame = new(
            left, top, right, bottom,
            new Scale(x.Low, x.High, left, right, plot.X.IsLogarithmic),
            plot.Y.Categories is null
                ? new Scale(y.Low, y.High, bottom, top, plot.Y.IsLogarithmic)
                : new Scale(y.Low, y.High, top, bottom, isLogarithmic: false),
            bars);
    }

    public XElement Draw()
    {
        var (width, height) = (_plot.Width, _height);
        var svg = Svg.Element(
            "svg",
            ("class", "plot"), ("viewBox", FormattableString.Invariant($"0 0 {width} {height}")), ("width", width), ("height", height),
            ("role", "img"), ("font-family", "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"), ("font-size", Svg.FontSize));
        svg.Add(Svg.Title(_plot.Title));
        svg.Add(Svg.Element("rect", ("width", width), ("height", height)).Colored(Palette.Background));
        svg.Add(Heading());
        svg.Add(XAxis());
        svg.Add(YAxis());
        svg.Add(_plot.Marks.Select(mark => mark.Draw(_frame)));
        svg.Add(_heatMap is null ? [Line(_frame.Left, _frame.Bottom, _frame.Right, _frame.Bottom, Palette.Muted)] : ColorBar(_heatMap));
        return svg;
    }

    private IEnumerable<XElement> Heading()
    {
        var y = Edge + 10;
        yield return Svg.Set(Svg.Text(_plot.Title, Edge, y), ("font-size", 14), ("font-weight", 600));
        if (_plot.Note is { } note)
        {
            y += NoteHeight;
            yield return Svg.Set(Svg.Text(note, Edge, y).Colored(Palette.Muted), ("font-size", 11));
        }
        foreach (var element in _legend.Draw(Edge, y + 8))
            yield return element;
    }

    private IEnumerable<XElement> XAxis()
    {
        foreach (var tick in _xTicks)
        {
            var x = _frame.X.At(tick.Value);
            if (_plot.X.Categories is null)
                yield return Line(x, _frame.Top, x, _frame.Bottom, Palette.Grid);
            var y = _frame.Bottom + TickTextHeight;
            yield return (_isSlanted
                ? Turned(Svg.Text(tick.Text, x + 4, y - 4, "end"), -45, x + 4, y - 4)
                : Svg.Text(tick.Text, x, y, "middle")).Colored(Palette.Muted);
        }
        yield return Svg.Text(_plot.X.Caption, (_frame.Left + _frame.Right) / 2, _height - Edge + 2, "middle");
    }

    private IEnumerable<XElement> YAxis()
    {
        foreach (var tick in _yTicks)
        {
            var y = _frame.Y.At(tick.Value);
            if (_plot.Y.Categories is null)
                yield return Line(_frame.Left, y, _frame.Right, y, Palette.Grid);
            yield return Svg.Text(tick.Text, _frame.Left - TickGap, y + 4, "end").Colored(Palette.Muted);
        }
        var (x, middle) = (Edge + 8, (_frame.Top + _frame.Bottom) / 2);
        yield return Turned(Svg.Text(_plot.Y.Caption, x, middle, "middle"), -90, x, middle);
    }

    private IEnumerable<XElement> ColorBar(HeatMap map)
    {
        const int Steps = 24;
        var axis = new Axis("");
        var (x, height, most) = (_frame.Right + 14, (_frame.Bottom - _frame.Top) / Steps, map.Top);
        var values = new Scale(map.Least, most, _frame.Bottom, _frame.Top, isLogarithmic: false);
        yield return Svg.Element(
            "rect", ("x", _frame.Left), ("y", _frame.Top), ("width", _frame.Right - _frame.Left), ("height", _frame.Bottom - _frame.Top))
            .Stroked(Palette.Grid);
        for (var step = 0; step < Steps; step++)
        {
            yield return Svg.Element(
                "rect", ("x", x), ("y", _frame.Bottom - (step + 1) * height), ("width", ColorBarWidth), ("height", height + 0.3),
                ("fill-opacity", (step + 0.5) / Steps)).Filled(map.Color);
        }
        foreach (var tick in Ticks.For(axis, map.Least, most, Most(_frame.Bottom - _frame.Top, 40)))
            yield return Svg.Text(tick.Text, x + ColorBarWidth + 5, values.At(tick.Value) + 4).Colored(Palette.Muted);
    }

    private static XElement Turned(XElement text, int degrees, double x, double y) =>
        Svg.Set(text, ("transform", FormattableString.Invariant($"rotate({degrees} {x:0.#} {y:0.#})")));

    private static XElement Line(double x1, double y1, double x2, double y2, ThemeColor color) =>
        Svg.Element("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)).Stroked(color);

    private static int Most(double length, double room) => Math.Max(2, (int)(length / room));

    private static double Widest(Tick[] ticks) => ticks.Length == 0 ? 0 : ticks.Max(tick => Svg.WidthOf(tick.Text));

    private static Tick[] Shortened(IReadOnlyList<Tick> ticks) =>
        [.. ticks.Select(tick => tick with { Text = Svg.Shortened(tick.Text, MostCategoryWidth) })];
}
