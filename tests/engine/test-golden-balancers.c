/* test-golden-balancers.c — balancers against numbers computed elsewhere
 *
 * The numbers come from independent programs in double precision (numpy, scipy
 * and published reference codes), printed to nine decimals; a few, marked “by
 * hand”, are worked out beside them. Each case goes through the door of
 * `basin-cli balance`. Rows of a matrix are separated by `|`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-balance.h"

#define TOLERANCE 1e-7 /* absolute; the numbers are rounded at 5e-10 */
#define MOST      16   /* tasks or columns */

#define J_BASE    "-4 1 1 | 6 1 1"
#define J4        "3 0 1 | -2 1 1 | 0 -3 .5"
#define J4_SMALL  ".003 0 .001 | -.002 .001 .001 | 0 -.003 .0005"
#define ONE       "1 2 3"
#define ALIKE     "2 0 | 2 0 | 2 0"
#define ZERO_ROW  "2 0 | 0 1 | 0 0"
#define OPPOSITE  "1 | -1"
#define CORNERED  "1 0 | -1 .5 | 0 -1"
#define FLIPPED   "-3 1 4 | -1 0 2 | 4 -3 -3"
#define CROSSED   "1 -2 3 | -1 3 0 | -2 -1 -3"
#define NARROW    "-2 0 1 | 1 3 -1 | 0 -2 0"
#define CLEAN     "-2.5 1.5 | 2.625 0"
#define FLAT      "-.478746463 .204348727 | .15 .2"
#define OUTLIER   "1 1 1 | 1 0 1 | 75 -666 23 | 1 2 3 | 2 0 1"
#define SCATTERED "0 0 | -4 3 | 6 6 | -5 -2 | -5 1 | 6 1"
#define EXTREMES  "1e11 3 | 1 -1e11 | -1e10 1e10 | 2 2"
#define THIRDS    ".333333333 .333333333 .333333333"

typedef struct
{
  const char *method;  /* id, then settings */
  const char *rows;
  const char *w;       /* expected weights; NULL: not checked */
  const char *d;       /* expected direction; NULL: not checked */
  const char *status;  /* NULL: ok */
  const char *gains;   /* expected ⟨d, g_k⟩; NULL: not checked */
} Golden;

static const Golden goldens[] = {
  /* Two tasks that oppose each other: cosine -0.841191024. */
  { "equal", J_BASE, .w = ".5 .5", .d = "1 1 1" },
  { "equal reduction=sum", J_BASE, .w = "1 1", .d = "2 2 2" },
  { "fixed", J_BASE, .w = "1 1", .d = "2 2 2" },
  { "fixed weights=task1:.5,task2:.25", J_BASE, .w = ".5 .25", .d = "-.5 .75 .75" },
  { "fixed weights=task1:3,task2:1 normalize=true", J_BASE, .w = "1.5 .5", .d = "-3 2 2" },
  { "mgda", J_BASE, .w = ".6 .4", .d = "0 1 1" },
  { "upgrad", J_BASE, .w = "1.111111111 .789473684", .d = ".292397661 1.900584795 1.900584795" },
  { "upgrad reg-eps=1e-4", J_BASE, .w = "1.110921047 .789431031",
    .d = ".292902000 1.900352078 1.900352078" },
  { "dualproj", J_BASE, .w = ".611111111 .5", .d = ".555555556 1.111111111 1.111111111" },
  { "dualproj reg-eps=1e-4", J_BASE, .w = ".610921047 .5",
    .d = ".556315813 1.110921047 1.110921047" },
  { "pcgrad", J_BASE, .w = "2.222222222 1.578947368", .d = ".584795322 3.801169591 3.801169591" },
  { "pcgrad reduction=mean order=reversed", J_BASE, .w = "1.111111111 .789473684" },
  { "cagrad rescale=none", J_BASE, .w = ".704124145 .5",
    .d = ".183503419 1.204124145 1.204124145" },
  { "cagrad", J_BASE, .w = ".563299316 .4", .d = ".146802735 .963299316 .963299316" },
  { "cagrad rescale=1/(1+c)", J_BASE, .w = ".469416097 .333333333",
    .d = ".122335613 .802749430 .802749430" },
  { "cagrad c=.4 rescale=none", J_BASE, .w = ".663299316 .5",
    .d = ".346802735 1.163299316 1.163299316" },
  { "imtl-g", J_BASE, .w = ".592330317 .407669683", .d = ".076696831 1 1" },
  { "config", J_BASE, .w = "1.226483157 .844123601", .d = ".158808976 2.070606758 2.070606758" },
  { "aligned", J_BASE, .w = ".559071916 .408261068", .d = ".213278746 .967332984 .967332984" },
  { "aligned preference=1", J_BASE, .w = "1.118143832 .816522136" },
  /* The lower of two is the median. */
  { "aligned scale-mode=median", J_BASE, .w = ".559071916 .408261068" },
  { "aligned scale-mode=rmse", J_BASE, .w = "1.510865643 1.103306398",
    .d = ".576375813 2.614172041 2.614172041" },
  { "nash max-norm=0", J_BASE, .w = ".591461152 .407071483",
    .d = ".076584288 .998532635 .998532635" },
  { "fairgrad", J_BASE, .w = ".591461152 .407071483" },
  { "fairgrad alpha=.5", J_BASE, .w = ".742828252 .525392609",
    .d = ".181042645 1.268220860 1.268220860" },
  { "fairgrad alpha=2", J_BASE, .w = ".471362922 .319454228",
    .d = ".031273680 .790817151 .790817151" },
  { "fairgrad alpha=5", J_BASE, .w = ".375941595 .252310461",
    .d = ".010096383 .628252056 .628252056" },
  { "nash", J_BASE, .w = ".418226192 .287843006", .d = ".054153270 .706069198 .706069198" },

  /* Three tasks, full rank. */
  { "equal", J4, .w = THIRDS, .d = ".333333333 -.666666667 .833333333",
    .gains = "1.833333333 -.5 2.416666667" },
  { "mgda", J4, .w = ".313918306 .483358548 .202723147",
    .d = "-.024962179 -.124810893 .898638427", .gains = ".823751891 .823751891 .823751891" },
  { "upgrad", J4, .w = ".586411150 .852187576 .478931947",
    .d = ".054858298 -.584608265 1.678064699", .gains = "1.842639594 .983739837 2.592857143" },
  { "upgrad reg-eps=1e-4", J4, .w = ".586254763 .851847925 .478853145",
    .d = ".055068438 -.584711511 1.677529261" },
  { "dualproj", J4, .w = ".333333333 .416666667 .333333333",
    .d = ".166666667 -.583333333 .916666667", .gains = "1.416666667 0 2.208333333" },
  { "dualproj reg-eps=1e-4", J4, .w = ".333333333 .416491393 .333333333" },
  { "cagrad c=.4 rescale=none", J4, .w = ".333333333 .515907519 .333333333",
    .d = "-.031815038 -.484092481 1.015907519" },
  { "cagrad c=.4", J4, .w = ".287356322 .444747861 .287356322",
    .d = "-.027426757 -.417321104 .875782344" },
  { "cagrad rescale=none", J4, .w = ".360673789 .582736986 .333333333",
    .gains = ".859719633 .859719633 1.806827764" },
  { "imtl-g", J4, .w = ".319403776 .473045532 .207550692",
    .d = ".012120264 -.149606545 .896224654" },
  { "config", J4, .w = ".987087152 1.461902463 .641415779",
    .d = ".037456530 -.462344873 2.769697504" },
  { "aligned", J4, .w = ".287096277 .395298511 .224905511",
    .d = ".070691809 -.279418022 .794847544" },
  { "aligned scale-mode=rmse", J4, .w = ".568758901 .783115507 .445554406",
    .d = ".140045689 -.553547711 1.574651610" },
  { "aligned scale-mode=median", J4, .w = ".588138212 .809798587 .460735773",
    .d = ".144817463 -.572408731 1.628304685" },
  { "nash max-norm=0", J4, .w = ".581237106 .862862935 .444823785",
    .d = ".017985447 -.471608420 1.666511933" },
  { "fairgrad alpha=.5", J4, .w = ".677320364 .975213751 .565280904",
    .d = ".081533589 -.720628961 1.935174567" },
  { "fairgrad alpha=2", J4, .w = ".502966057 .759792078 .358674629",
    .d = "-.010685985 -.316231809 1.442095450" },
  { "fairgrad alpha=5", J4, .w = ".437188370 .667874264 .294889766",
    .d = "-.024183416 -.216795034 1.252507517" },
  { "gradvac order=natural", J4, .w = "1.5 2.25 1.414414414" },
  { "pcgrad order=natural visit-self=true", J4, .w = "1.5 2.25 1.414414414",
    .d = "0 -1.993243243 4.457207207" },
  { "pcgrad order=reversed visit-self=true", J4, .w = "1.644819820 2.25 1.270270270",
    .d = ".434459459 -1.560810811 4.529954955" },

  /* One task. */
  { "equal", ONE, .w = "1", .d = ONE },
  { "mgda", ONE, .w = "1", .d = ONE },
  { "upgrad", ONE, .w = "1", .d = ONE },
  { "dualproj", ONE, .w = "1", .d = ONE },
  { "config", ONE, .w = "1", .d = ONE },
  { "aligned", ONE, .w = "1", .d = ONE },
  { "imtl-g", ONE, .w = "1", .d = ONE },
  { "cagrad rescale=none", ONE, .w = "1.5" },
  { "nash max-norm=0", ONE, .w = ".267261242" },
  { "fairgrad alpha=2", ONE, .w = ".172153019" },
  { "gradvac", ONE, .w = "1" },

  /* Three rows alike: the lowest index wins. */
  { "equal", ALIKE, .d = "2 0" },
  { "mgda", ALIKE, .w = "1 0 0", .d = "2 0" },
  { "upgrad", ALIKE, .d = "2 0" },
  { "dualproj", ALIKE, .d = "2 0" },
  { "imtl-g", ALIKE, .d = "2 0" },
  { "aligned", ALIKE, .d = "2 0" },
  { "cagrad rescale=none", ALIKE, .d = "3 0" },
  { "config", ALIKE, .d = "6 0" },
  { "nash max-norm=0", ALIKE, .w = ".288675135 .288675135 .288675135" },

  /* A row of zeros. IMTL-G by hand: v = (1/2, 1), over 3/2. Nash: 1/|g_k|.
   * ConFIG: length (2 + 1)/√2, w_k = length / (|g_k|·√2). */
  { "mgda", ZERO_ROW, .w = "0 0 1", .d = "0 0", .status = "stationary" },
  { "upgrad", ZERO_ROW, .d = ".666666667 .333333333" },
  { "aligned", ZERO_ROW, .w = ".166666667 .333333333 0" },
  { "imtl-g", ZERO_ROW, .w = ".333333333 .666666667 0" },
  { "nash max-norm=0", ZERO_ROW, .w = ".5 1 0", .d = "1 1" },
  { "config", ZERO_ROW, .w = ".75 1.5 0", .d = "1.5 1.5" },
  { "cagrad", "0 0 | 0 0", .w = "0 0", .d = "0 0", .status = "stationary" },
  { "mgda", "0 0 | 0 0", .w = "0 0", .d = "0 0", .status = "stationary" },

  /* Opposite rows. */
  { "mgda", OPPOSITE, .w = ".5 .5", .d = "0", .status = "stationary" },
  { "upgrad", OPPOSITE, .w = "1 1", .d = "0", .status = "stationary" },
  { "dualproj", OPPOSITE, .w = ".5 .5", .d = "0", .status = "stationary" },
  { "pcgrad", OPPOSITE, .w = "2 2", .d = "0", .status = "stationary" },
  { "aligned", OPPOSITE, .w = "0 0", .d = "0", .status = "stationary" },
  { "nash", OPPOSITE, .w = "0 0", .d = "0", .status = "stationary" },
  { "imtl-g", OPPOSITE, .w = "0 0", .d = "0", .status = "stationary" },
  { "config", OPPOSITE, .w = "0 0", .d = "0", .status = "stationary" },
  { "cagrad", OPPOSITE, .w = "0 0", .d = "0", .status = "stationary" },
  /* By hand: along the one axis the gradients sum to 1 + 1 − 2. */
  { "config", "1 | 1 | -2", .w = "0 0 0", .status = "stationary" },

  /* A Pareto-stationary point of three tasks. */
  { "mgda", CORNERED, .w = ".4 .4 .2", .d = "0 0", .status = "stationary" },
  { "upgrad", CORNERED, .w = "1.333333333 1.333333333 .666666667", .d = "0 0",
    .status = "stationary" },
  { "fairgrad alpha=2", CORNERED, .w = "0 0 0", .d = "0 0", .status = "stationary" },
  { "nash", CORNERED, .w = "0 0 0", .d = "0 0", .status = "stationary" },
  { "cagrad", CORNERED, .w = "0 0 0", .d = "0 0", .status = "stationary" },

  /* Gradients so short that an absolute epsilon would make a mean of this. */
  { "upgrad", J4_SMALL, .w = ".586411150 .852187576 .478931947" },
  { "mgda", J4_SMALL, .w = ".313918306 .483358548 .202723147" },
  { "cagrad c=.4", J4_SMALL, .w = ".287356322 .444747861 .287356322" },
  { "imtl-g", J4_SMALL, .w = ".319403776 .473045532 .207550692" },

  { "imtl-g", FLIPPED, .w = THIRDS, .d = "0 -.666666667 1", .status = "fallback" },
  { "pcgrad order=natural", CROSSED, .w = "2.142857143 2.25 2.085714286" },
  { "upgrad", CROSSED, .w = ".998789616 .871979340 .789135648",
    .gains = ".776978417 .939130435 1.186813187" },
  { "cagrad c=.3 rescale=none", NARROW, .w = ".333333333 .333333333 .404044011" },
  { "cagrad c=1 rescale=none", NARROW, .gains = ".041237113 .041237113 .041237113" },

  { "krum n-byzantine=1", OUTLIER, .w = "0 1 0 0 0", .d = "1 0 1" },
  { "krum n-byzantine=1 n-selected=4", OUTLIER, .w = ".25 .25 0 .25 .25", .d = "1.25 .75 1.5" },
  /* By hand: two rows are 1 apart, and the first of these wins. */
  { "krum", "1 | 2 | 4", .w = "1 0 0" },
  { "krum n-selected=2", "4 | 1 | 2", .w = "0 .5 .5" },
  /* By hand: the fifth row is nearest to four others, √5 + 3 + √26 + 11 = 21.335 away from
   * them, the first 21.567; by squares it is the first, 25 + 29 + 26 + 37 = 117, before 160. */
  { "krum", SCATTERED, .w = "0 0 0 0 1 0" },
  { "krum squared=true", SCATTERED, .w = "1 0 0 0 0 0", .status = "stationary" },
  { "trimmed-mean trim=1", EXTREMES, .d = "1.5 2.5" },
  { "trimmed-mean", J4, .d = ".333333333 -.666666667 .833333333" },
  { "trimmed-mean trim=1", J4, .d = "0 0 1" },

  /* The loss part and the flatness part of one step on a two-task quadratic. */
  { "equal", CLEAN, .d = ".0625 .75" },
  { "mgda", CLEAN, .d = ".207123288 .707671233" },
  { "pcgrad", CLEAN, .d = ".694852941 2.658088235" },
  { "cagrad c=.4", CLEAN, .d = ".241662249 .825679349" },
  { "upgrad", CLEAN, .d = ".347426471 1.329044118" },
  { "imtl-g", CLEAN, .d = ".196846692 .710679017" },
  { "nash max-norm=0", CLEAN, .d = ".377501092 1.362898722" },
  { "equal", FLAT, .d = "-.164373231 .202174363" },
  { "mgda", FLAT, .d = ".001390410 .201027859" },
  { "pcgrad", FLAT, .d = "-.309156174 .526699701" },
  { "cagrad c=.4", FLAT, .d = "-.087791493 .246167669" },
  { "upgrad", FLAT, .d = "-.154578087 .263349851" },
  { "imtl-g", FLAT, .d = "-.053996752 .201410944" },
  { "nash max-norm=0", FLAT, .d = "-.366207966 1.365976473" },

  /* By hand: unit rows of two tasks meet halfway, so w = 1/2 before it is
   * divided by the lengths √18 and √38. With losses 1 and 2 the rows are
   * (-4, 1, 1) and (3, .5, .5): (9.5 + 11) / (18 + 9.5 + 22) for the first. */
  { "mgda normalization=l2", J_BASE, .w = ".117851130 .081110711" },
  { "mgda normalization=l2 apply-to=raw", J_BASE, .w = ".5 .5" },
  { "mgda normalization=loss", J_BASE, .w = ".414141414 .292929293" },
  { "mgda normalization=loss apply-to=raw", J_BASE, .w = ".414141414 .585858586" },
  { "mgda normalization=loss+ apply-to=raw", J_BASE, .w = "0.320676353 0.679323647" },

  /* By hand: (0, 1, 1) made as long as asked for; the mean here is √3 long. */
  { "mgda rescale=mean", J_BASE, .w = ".6 .4" },
  { "mgda rescale=sum", J_BASE, .w = "1.2 .8", .d = "0 2 2" },
  { "mgda rescale=unit", J_BASE, .d = "0 .707106781 .707106781" },
  { "mgda rescale=match", J_BASE, .d = "0 1.224744871 1.224744871" },
  { "equal rescale=unit", J_BASE, .d = ".577350269 .577350269 .577350269" },
  { "fixed rescale=mean", J4, .w = THIRDS },
  { "upgrad rescale=unit", OPPOSITE, .w = "1 1", .d = "0", .status = "stationary" },
  { "cagrad rescale=mean", J_BASE, .w = ".584760424 .415239576" },
  { "cagrad rescale=sum", J_BASE, .w = "1.169520847 .830479153" },
  { "cagrad rescale=unit", J_BASE, .d = ".107139807 .703036650 .703036650" },
  { "cagrad rescale=match", J_BASE,
    .d = ".185571590 1.217695197 1.217695197" },
  { "cagrad rescale=none max-norm=1", ONE, .w = ".267261242" },

  /* By hand: g_1 and g_2 projected are g_1 + 22/38·g_2 and 22/18·g_1 + g_2. */
  { "upgrad preference=task1:.7,task2:.3", J_BASE, .w = "1.066666667 .705263158" },
  { "upgrad preference=task1:1", J_BASE, .w = "1.611111111 1.078947368" },
};

/* Numbers of @text up to `|` or its end, which @end receives. */
static guint
parse_numbers (const char  *text,
               double      *numbers,
               const char **end)
{
  guint n = 0;

  for (;;)
    {
      char *next;
      double number = g_ascii_strtod (text, &next);

      if (next == text)
        break;
      g_assert_cmpuint (n, <, MOST);
      numbers[n++] = number;
      text = next;
    }

  while (*text == ' ')
    text++;
  g_assert_true (*text == '\0' || *text == '|');
  *end = text;

  return n;
}

static guint
parse_rows (const char *text,
            double     *jacobian,
            guint      *n_columns)
{
  guint n_rows = 0;

  for (const char *at = text;; at++)
    {
      *n_columns = parse_numbers (at, jacobian, &at);
      jacobian += *n_columns;
      n_rows++;
      if (*at == '\0')
        return n_rows;
    }
}

static MtlChosen *
choose (const char *description)
{
  g_auto(GStrv) words = g_strsplit (description, " ", -1);
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, words[0], &error);
  MtlChosen *chosen;

  g_assert_no_error (error);
  chosen = mtl_chosen_new (MTL_KIND_BALANCER, method);
  for (guint i = 1; words[i] != NULL; i++)
    {
      g_auto(GStrv) sides = g_strsplit (words[i], "=", 2);
      MtlChosen *changed = mtl_chosen_with (chosen, sides[0], sides[1], &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = changed;
    }

  return chosen;
}

static void
compare (const Golden *golden,
         const char   *what,
         const double *found,
         guint         n,
         const char   *expected)
{
  double numbers[MOST];
  const char *end;

  if (expected == NULL)
    return;

  g_assert_cmpuint (parse_numbers (expected, numbers, &end), ==, n);
  for (guint i = 0; i < n; i++)
    if (!(fabs (found[i] - numbers[i]) <= TOLERANCE))
      g_test_fail_printf ("%s on %s: %s_%u is %.9f, expected %.9f", golden->method,
                          golden->rows, what, i + 1, found[i], numbers[i]);
}

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  const double losses[MOST] = { 1.0, 2.0, 0.5 };
  double jacobian[MOST * MOST], w[MOST], d[MOST], gains[MOST] = { 0.0 };
  guint n_columns;
  guint n_rows = parse_rows (golden->rows, jacobian, &n_columns);
  g_autoptr(MtlChosen) chosen = choose (golden->method);
  g_autoptr(GError) error = NULL;
  const char *status = NULL;

  mtl_balance_matrix (chosen, jacobian, n_rows, n_columns, losses, 1, w, d, &status, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_rows * n_columns; i++)
    gains[i / n_columns] += jacobian[i] * d[i % n_columns];

  compare (golden, "w", w, n_rows, golden->w);
  compare (golden, "d", d, n_columns, golden->d);
  compare (golden, "gain", gains, n_rows, golden->gains);
  g_assert_cmpstr (status, ==, golden->status != NULL ? golden->status : "ok");
}

/* PCGrad may oppose a task where there are three: it does, here. */
static void
test_pcgrad_conflicts (void)
{
  const double expected = -4.521428571;
  double jacobian[MOST], w[MOST], d[MOST];
  guint n_columns;
  guint n_rows = parse_rows (CROSSED, jacobian, &n_columns);
  g_autoptr(MtlChosen) chosen = choose ("pcgrad order=natural");
  const char *status;

  g_assert_true (mtl_balance_matrix (chosen, jacobian, n_rows, n_columns, NULL, 1, w, d, &status,
                                     NULL));
  g_assert_cmpfloat_with_epsilon (d[0] * jacobian[0] + d[1] * jacobian[1] + d[2] * jacobian[2],
                                  expected, TOLERANCE);
}

static void
refuse (const char   *description,
        const double *jacobian,
        guint         n_tasks,
        const double *losses,
        int           code,
        const char   *part)
{
  g_autoptr(MtlChosen) chosen = choose (description);
  g_autoptr(GError) error = NULL;
  double w[MOST], d[MOST];
  const char *status;

  g_assert_false (mtl_balance_matrix (chosen, jacobian, n_tasks, 2, losses, 1, w, d, &status,
                                      &error));
  g_assert_error (error, MTL_ERROR, code);
  if (strstr (error->message, part) == NULL)
    g_test_fail_printf ("%s: “%s” does not say “%s”", description, error->message, part);
}

static void
test_refusals (void)
{
  const double holed[] = { 1.0, 2.0, 3.0, NAN };
  const double whole[] = { 1.0, 2.0, 3.0, 4.0 };
  const double endless[] = { 1e200, 0.0, 0.0, 1.0 };
  const double losses[] = { 1.0, INFINITY };

  refuse ("mgda", holed, 2, NULL, MTL_ERROR_NOT_FINITE, "row 2, column 2");
  refuse ("mgda", endless, 2, NULL, MTL_ERROR_NOT_FINITE, "row 1, column 1");
  refuse ("mgda", whole, 2, losses, MTL_ERROR_NOT_FINITE, "loss 2");
  refuse ("mgda", whole, 0, NULL, MTL_ERROR_SHAPE, "found 0 rows");
  refuse ("mgda normalization=loss", whole, 2, NULL, MTL_ERROR_SETTING, "mgda: normalization");
  refuse ("fixed weights=task3:1.5", whole, 2, NULL, MTL_ERROR_SETTING, "task3");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *path = g_strdup_printf ("/golden/balancers/%03u %s", i, goldens[i].method);

      g_strdelimit (path + strlen ("/golden/balancers/"), "/", ':');
      g_test_add_data_func (path, &goldens[i], test_golden);
    }
  g_test_add_func ("/golden/balancers/pcgrad-conflicts", test_pcgrad_conflicts);
  g_test_add_func ("/golden/balancers/refusals", test_refusals);

  return g_test_run ();
}
